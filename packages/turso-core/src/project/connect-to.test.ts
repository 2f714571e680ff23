import path from 'node:path';
import {
  execOn,
  makeTempDir,
  queryOn,
  requireTool,
  startSqld,
  writeFiles,
  type Sqld,
} from '@turso-sync/testing';
import { init } from '../commands/init';
import { UPLOAD_PREFIX } from '../sqlite/upload-prefix';
import { connectTo, type ProjectRemote } from './connect-to';
import { loadProject } from './load-project';
import type { Project } from './project';

(requireTool('sqld') ? describe : describe.skip)('the remote of a project', () => {
  let server: Sqld;
  let project: Project;
  beforeEach(async () => {
    server = await startSqld();
    const cwd = makeTempDir();
    writeFiles(cwd, { '.env': `TURSO_DATABASE_URL=${server.url}` });
    project = await loadProject({ cwd });
    await init(project);
  });
  afterEach(() => server.stop());

  const tables = (): Promise<unknown> => queryOn(server, 'SELECT name FROM sqlite_schema');
  const make = { sql: 'CREATE TABLE made(v)' };

  test('removes the upload that it is given, however young', async () => {
    const table = `${UPLOAD_PREFIX}young`;
    await execOn(server, [
      `CREATE TABLE ${table}(id INTEGER PRIMARY KEY, value TEXT)`,
      `INSERT INTO ${table} VALUES (-1, 'young'), (-2, strftime('%s', 'now'))`,
    ]);
    const remote = connectTo(project);
    await remote.clear('young');
    await remote.close();
    expect(await tables()).toEqual([]);
  });

  test.each<[string, (remote: ProjectRemote) => Promise<unknown>]>([
    ['logId', (remote) => remote.logId()],
    ['fingerprint', (remote) => remote.fingerprint()],
    ['snapshot', (remote) => remote.snapshot(path.join(makeTempDir(), 'copy.db'))],
    ['read', (remote) => remote.read(async (query) => query('SELECT 1'))],
    ['transact', (remote) => remote.transact([make])],
    ['transactSince', (remote) => remote.transactSince('mark', () => [make])],
    ['transactAfter', async (remote) => remote.transactAfter?.(async () => [make])],
    ['tryOut', (remote) => remote.tryOut([make])],
    ['tidy', (remote) => remote.tidy([make])],
    ['clear', (remote) => remote.clear('young')],
  ])('%s does nothing on another remote than the one of the base', async (_, use) => {
    // A crash gives the server's log another id.
    await server.kill();
    await server.restart();
    const remote = connectTo(project);
    await expect(use(remote)).rejects.toMatchObject({ code: 'REMOTE_CHANGED' });
    await remote.close();
    expect(await tables()).toEqual([]);
  });
});
