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
import path from 'node:path';
import { openLive } from '../live/built.fixture';
import { profiles } from './profiles.fixture';

const describeWithSqld = requireTool('sqld') ? describe : describe.skip;

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
      await expect(opening).rejects.toMatchObject({
        code: 'SYNC_FAILED',
        message: `${url} does not send the log of its writes, which a replica follows.`,
        hint: expect.stringContaining('without `replica`') as string,
        retryable: false,
      });
      const live = await openLive({ url });
      expect((await live.query('SELECT 1')).rows).toEqual([[1n]]);
      await live.close();
    });
  },
);
