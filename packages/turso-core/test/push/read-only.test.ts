import { editDatabase, makeTempDir, requireTool, startSqld, type SqldWithAuth } from '@turso-sync/testing';
import { loadProject } from '../../src/project/load-project';
import type { Project } from '../../src/project/project';
import { cutOffPush } from '../fixtures/cut-off.fixture';
import { init } from '../../src/commands/init';
import { pull } from '../../src/commands/pull';
import { push } from '../../src/commands/push';

(requireTool('sqld') ? describe : describe.skip)(
  'a push that was cut off, and a read-only token since',
  () => {
    let server: SqldWithAuth;
    beforeAll(async () => (server = await startSqld({ auth: true })));
    afterAll(() => server.stop());

    const projectWith = (cwd: string, token: string): Promise<Project> =>
      loadProject({ cwd, variables: { TURSO_DATABASE_URL: server.url, TURSO_AUTH_TOKEN: token } });

    test.each(['before it is sent', 'before its answer comes'] as const)('%s', async (how) => {
      const dir = makeTempDir('read-only-');
      const writer = await projectWith(dir, server.readWriteToken);
      await init(writer);
      editDatabase(writer.workingCopy, `CREATE TABLE "${how}"(x); INSERT INTO "${how}" VALUES (1)`);
      await cutOffPush(writer, how);

      const reader = await projectWith(dir, server.readOnlyToken);
      await expect(pull(reader)).rejects.toMatchObject({
        code: 'REMOTE_READ_ONLY',
        message: expect.stringContaining('was cut off') as string,
        hint: expect.stringContaining('turso-sync push') as string,
      });
      expect(await push(writer)).toMatchObject({ outcome: 'pushed' });
      expect(await pull(reader)).toMatchObject({ outcome: 'unchanged', pending: 0 });
    });
  },
);
