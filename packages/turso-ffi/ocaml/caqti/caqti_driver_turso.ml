type Caqti.Connection.driver_connection +=
  | Driver_connection = Connector.Driver_connection

let uri = Address.of_config
let error = Failure.error

let () =
  Caqti_platform_unix.Driver_loader.register Connector.scheme
    (module Connector.Make)
