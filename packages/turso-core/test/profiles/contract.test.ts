import { PROFILES, requireTool, startDouble, startSqld } from '@turso-sync/testing';
import { servedBy, type Served } from '../fixtures/adapters.fixture';
import { describeRemote } from '../remote/remote-contract.fixture';
import { isAll, profiles } from './profiles.fixture';

for (const profile of requireTool('sqld') ? profiles : []) {
  const { replicationIndex, grpc, unknownNames } = PROFILES[profile];
  describeRemote({
    name: `a server that is ${profile}`,
    marks: replicationIndex && grpc,
    method: unknownNames.includes('sqlite_dbpage') ? 'rows' : 'pages',
    serve: async (database) => {
      const server = await startSqld(database === undefined ? {} : { database });
      const double = await startDouble(server.port, profile, { every: isAll ? 12 : 40 });
      const served: Served = {
        ...servedBy(server, undefined, double.url),
        async stop() {
          await double.stop();
          await server.stop();
        },
      };
      return served;
    },
  });
}
