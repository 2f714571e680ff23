import { createFileRemote } from './file/file-remote';
import { createHttpRemote } from './http/http-remote';
import type { ConnectOptions, Remote } from './remote';
import type { RemoteAddress } from './url';

/**
 * Opens the adapter for an address. Nothing is sent yet: a server that does not answer shows at the first call.
 */
export function connect(address: RemoteAddress, options: ConnectOptions = {}): Remote {
  return address.kind === 'file'
    ? createFileRemote(address.file, address.location)
    : createHttpRemote(address.url, address.location, options);
}
