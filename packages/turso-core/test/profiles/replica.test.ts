import {
  makeTempDir,
  PROFILES,
  removeTempDir,
  requireTool,
  startDouble,
  startSqld,
  type ServerDouble,
  type Sqld,
} from '@turso-sync/testing';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import path from 'node:path';
import { openLive } from '../live/built.fixture';
import { profiles } from './profiles.fixture';
import { rowsOf } from '../live/served.fixture';

const describeWithSqld = requireTool('sqld') ? describe : describe.skip;

const noLog = (url: string): object => ({
  code: 'SYNC_FAILED',
  message: `${url} does not send the log of its writes, which a replica follows.`,
  hint: expect.stringContaining('without `replica`') as string,
  retryable: false,
});

describeWithSqld.each(profiles.filter((profile) => !PROFILES[profile].grpc))(
  'a replica of a server that is %s, which has no log',
  (profile) => {
    let [dir, server, double]: [string, Sqld?, ServerDouble?] = [''];
    beforeAll(async () => {
      dir = makeTempDir('no-log-');
      server = await startSqld();
      double = await startDouble(server.port, profile);
    });
    afterAll(async () => {
      await double?.stop();
      await server?.stop();
      removeTempDir(dir);
    });

    test('cannot be opened, and the hint says what to do', async () => {
      const { url } = double as ServerDouble;
      const opening = openLive({ url, replica: path.join(dir, 'replica.db'), timeout: 10_000 });
      await expect(opening).rejects.toMatchObject(noLog(url));
      const live = await openLive({ url });
      expect(await rowsOf(live, 'SELECT 1')).toEqual([[1n]]);
      await live.close();
    });

    test('says the same once it has had one', async () => {
      let port = (server as Sqld).port;
      const open = new Set<Socket>();
      const front = createServer((client) => {
        const target = connect(port, '127.0.0.1');
        client.pipe(target).pipe(client);
        for (const socket of [client, target]) {
          open.add(socket);
          socket.on('error', () => socket.destroy());
        }
      });
      await new Promise<void>((done) => front.listen(0, '127.0.0.1', done));
      const url = `http://127.0.0.1:${(front.address() as AddressInfo).port}`;
      const live = await openLive({ url, replica: path.join(dir, 'followed.db'), timeout: 10_000 });
      await live.execute('CREATE TABLE IF NOT EXISTS t(v)');
      await live.sync();
      port = (double as ServerDouble).port;
      // So that the next request is of a new connection.
      for (const socket of open) socket.destroy();
      await expect(live.sync()).rejects.toMatchObject(noLog(url));
      expect(await rowsOf(live, 'SELECT count(*) FROM t')).toEqual([[0n]]);
      await live.close();
      await new Promise((done) => front.close(done));
    });
  },
);
