import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import {
  buildDatabase,
  compareDatabases,
  downloadDatabase,
  execOn,
  makeTempDir,
  requireTool,
  sqlite3Path,
  startSqld,
  type Sqld,
} from '@turso-sync/testing';
import { buildNastyDatabase } from '../../test/fixtures/nasty-database.fixture';
import { leftovers, makeProject, type TestProject } from '../../test/fixtures/cli.fixture';

const describeWithTools = requireTool('sqld') && requireTool('sqlite3') ? describe : describe.skip;

describeWithTools('turso-sync dump', () => {
  const dir = makeTempDir();
  let server: Sqld;
  let project: TestProject;
  let restored = 0;

  beforeAll(async () => {
    const database = path.join(dir, 'base.db');
    buildNastyDatabase(database);
    server = await startSqld({ database });
    project = makeProject(server);
    expect((await project.run('dump-init')).exit).toBe(0);
  });
  afterAll(() => server.stop());
  afterEach(() => expect(leftovers(project)).toEqual([]));

  /** What a dump, restored by the stock shell, and a database differ in. */
  function differences(dump: string, database: string): string[] {
    const file = path.join(dir, `restored-${restored++}.db`);
    execFileSync(sqlite3Path() ?? '', [file], { input: readFileSync(dump) });
    return compareDatabases(file, database);
  }

  test('writes the base beside it, whatever has become of the working copy', async () => {
    project.edit('CREATE TABLE of_the_app(x); INSERT INTO of_the_app VALUES (1.5)');
    const dump = project.file('.turso/default/base/original_dump.sql');
    expect(await project.run('dump')).toMatchObject({ exit: 0, stdout: `Dump written: ${dump}\n` });
    expect(differences(dump, project.file('.turso/default/base/baseline.db'))).toEqual([]);
  });

  test('streams the remote as it is now to stdout, or into a file', async () => {
    await execOn(server, "CREATE TABLE later(x); INSERT INTO later VALUES ('new')");
    const [streamed, named] = [project.file('streamed.sql'), project.file('named.sql')];
    const run = project.start(['dump', '--remote'], { shell: `exec > ${streamed};` });
    expect(await run.ended).toMatchObject({ exit: 0 });
    expect(await project.run('dump', '--remote', '--output', 'named.sql')).toMatchObject({
      exit: 0,
      stdout: `Dump written: ${named}\n`,
    });
    const remote = path.join(dir, 'remote.db');
    await downloadDatabase(server, remote);
    expect(differences(streamed, remote)).toEqual([]);
    expect(readFileSync(named).equals(readFileSync(streamed))).toBe(true);
  });

  test('writes the working copy to stdout, and says nothing else there', async () => {
    const file = project.file('work.sql');
    await project.start(['dump', '--working-copy'], { shell: `exec > ${file};` }).ended;
    expect(differences(file, project.file('working_copy.db'))).toEqual([]);
  });

  test('does not mix a dump and an answer, nor two sources', async () => {
    expect(await project.json('dump', '--remote')).toMatchObject({ ok: false, error: { code: 'USAGE' } });
    expect((await project.run('dump', '--remote', '--working-copy')).exit).toBe(1);
    expect(await project.json('dump', '--remote', '-o', 'x.sql')).toMatchObject({
      ok: true,
      result: { of: 'remote', file: project.file('x.sql') },
    });
  });

  test('leaves what is there as it is when it cannot be written', async () => {
    const run = await project.run('dump', '-o', '.');
    expect(run).toMatchObject({ exit: 1, stdout: '' });
    expect(run.stderr).toContain('FILE_INACCESSIBLE');
    const fresh = makeProject(server);
    expect((await fresh.run('dump', '--quiet')).stderr).toMatch(/^BASE_MISSING: /);
    expect(existsSync(fresh.file('.turso/default/base'))).toBe(false);
  });

  test('a reader that has seen enough is no failure', async () => {
    const run = project.start(['dump', '--remote', '--quiet']);
    run.child.stdout?.destroy();
    expect(await run.ended).toMatchObject({ exit: 0, stderr: '' });
  });

  test.each([
    [
      'rows, keys, a view and a trigger',
      `CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 'a;'), (2, x'00');
      CREATE VIEW v AS SELECT 1 -- one; two
      ; CREATE TRIGGER g AFTER INSERT ON t BEGIN DELETE FROM t WHERE id < 0; END;`,
      true,
    ],
    [
      'counters',
      'CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO t VALUES (7); DELETE FROM t;',
      true,
    ],
    [
      'counters of tables that count no more',
      `CREATE TABLE m(id INTEGER PRIMARY KEY AUTOINCREMENT);
      INSERT INTO m VALUES (7); DROP TABLE m; CREATE TABLE m(id INTEGER PRIMARY KEY, autoincrements);`,
      true,
    ],
    [
      'a counter that is left over, of odd types',
      `CREATE TABLE m(id INTEGER PRIMARY KEY AUTOINCREMENT); DROP TABLE m;
      CREATE TABLE m(id INTEGER PRIMARY KEY); CREATE TABLE turso_sync_counted(x);
      INSERT INTO sqlite_sequence VALUES ('m', 9), ('x' || char(0, 13), 1.5), ('y', x'01');`,
      true,
    ],
    ['UTF-16', `PRAGMA encoding='UTF-16be'; CREATE TABLE t(v); INSERT INTO t VALUES ('é');`, false],
    ['header values', 'PRAGMA user_version=7; PRAGMA application_id=8; CREATE TABLE t(v);', false],
  ])(
    'of %s restores with -bail, and loads into a server unless only SQLite has it',
    async (_, sql, isPlain) => {
      const database = path.join(makeTempDir(), 'r.db');
      buildDatabase(database, sql);
      const own = makeProject({ url: `file:${database}` });
      const dump = await own.run('dump', '--remote', '--quiet');
      expect(dump).toMatchObject({ exit: 0, stderr: '' });
      const file = path.join(dir, `bail-${restored++}.db`);
      execFileSync(sqlite3Path() ?? '', ['-bail', file], { input: dump.stdout });
      expect(compareDatabases(file, database)).toEqual([]);
      if (!isPlain) return;
      const empty = await startSqld();
      try {
        await execOn(empty, dump.stdout);
        const loaded = path.join(dir, `loaded-${restored++}.db`);
        await downloadDatabase(empty, loaded);
        expect(compareDatabases(loaded, database)).toEqual([]);
      } finally {
        await empty.stop();
      }
    },
  );
});
