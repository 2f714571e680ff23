import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import {
  buildDatabase,
  compareDatabases,
  editDatabase,
  makeTempDir,
  requireTool,
  sqlite3Path,
  startSqld,
  type Sqld,
} from '@turso-sync/testing';
import Database from 'better-sqlite3';
import { makeProject, type TestProject } from '../fixtures/cli.fixture';
import { startHttpProxy, type HttpProxy } from './http-proxy.fixture';

const describeWithTools = requireTool('sqld') && requireTool('sqlite3') ? describe : describe.skip;
const dir = makeTempDir();
/** What hostile text makes, if any of it is ever executed. */
const made = path.join(dir, 'made');

/** Definitions that are more than themselves, by what they would do. */
const HOSTILE: Record<string, string> = {
  'attach a file': rewrite('t', `CREATE TABLE t(a); ATTACH '${made}' AS p; CREATE TABLE p.x(y); DETACH p`),
  'a command to the shell': rewrite('t', `CREATE TABLE t(a);\n.shell touch ${made}\n`),
  'a command behind a comment': rewrite('v', `CREATE VIEW v AS SELECT 1; -- x\n.shell touch ${made}\n--`),
  'a second end of a trigger': rewrite(
    'g',
    `CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END;\n.shell touch ${made}\nSELECT 1; END`,
  ),
  'quotes in a variable': `INSERT INTO t VALUES ('x;' || char(10) || '.shell touch ${made}' || char(10));
    ${rewrite('t', "CREATE TABLE t(a DEFAULT ($x(')))")}`,
  bytes: `PRAGMA writable_schema=ON; UPDATE sqlite_schema SET sql = CAST(sql || '; SELECT 1' AS BLOB) WHERE name = 't'`,
  'a reserved name': `PRAGMA writable_schema=ON; UPDATE sqlite_schema
    SET name = 'sqlite_g', sql = replace(sql, ' g ', ' sqlite_g ') WHERE name = 'g'`,
  NUL: rewrite('i', `CREATE INDEX i ON t(a)\0 x`),
};

/** SQLite itself cannot read the one with a variable, unless it was built to. */
const REFUSED = /^DEFINITION_INVALID: .*\n {2}None of it was executed|^REMOTE_NOT_LIBSQL: .*syntax error/m;

function rewrite(name: string, sql: string): string {
  const text = sql.split('\0').map((part) => `'${part.replaceAll("'", "''")}'`);
  return `PRAGMA writable_schema=ON; UPDATE sqlite_schema SET sql = ${text.join('||char(0)||')} WHERE name = '${name}'`;
}

const PLAIN = `CREATE TABLE t(a); INSERT INTO t VALUES (1); CREATE INDEX i ON t(a); CREATE VIEW v AS SELECT a FROM t;
  CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END;`;

function buildHostile(file: string, script: string): void {
  buildDatabase(file, PLAIN);
  const db = new Database(file);
  db.unsafeMode(true);
  db.exec(script);
  db.close();
}

describeWithTools.each(Object.keys(HOSTILE))('a remote with %s in a definition', (name) => {
  const file = path.join(dir, `${name}.db`);
  let server: Sqld;
  let proxy: HttpProxy;

  beforeAll(async () => {
    buildHostile(file, HOSTILE[name] ?? '');
    server = await startSqld({ database: file });
    proxy = await startHttpProxy(server.url, (request) =>
      request.forward(
        Buffer.from(request.body.toString('latin1').replaceAll('sqlite_dbpage', 'sqlite_dbpagX'), 'latin1'),
      ),
    );
  });
  afterAll(async () => {
    proxy.stop();
    await server.stop();
  });

  /** Whatever it came to: no file was made, and no dump of it makes one. */
  function expectHarmless(project: TestProject, ...dumps: string[]): void {
    for (const dump of dumps)
      spawnSync(sqlite3Path() ?? '', [path.join(dir, 'restored.db')], { input: dump, cwd: project.dir });
    expect(existsSync(made)).toBe(false);
    expect(existsSync(project.file('.turso/default/snapshot/original_dump.sql'))).toBe(false);
  }

  const roads: Record<string, () => string> = {
    pages: () => server.url,
    rows: () => proxy.url,
    file: () => `file:${file}`,
  };

  // Reading by rows leaves reserved names out.
  const open = Object.keys(roads).filter((road) => !(road === 'rows' && name === 'a reserved name'));
  test.each(open)('is refused by %s, and nothing of it runs', async (road) => {
    const project = makeProject({ url: roads[road]?.() ?? '' });
    const before = project.digests();
    const init = await project.run('dump-init');
    expect(init).toMatchObject({ exit: 1, stdout: '' });
    expect(init.stderr).toMatch(REFUSED);
    expect(project.digests()).toEqual(before);
    const dump = await project.run('dump', '--remote');
    expect(dump.exit).toBe(1);
    expectHarmless(project, dump.stdout);
  });
});

describeWithTools.each(['a command to the shell', 'quotes in a variable', 'a reserved name'])(
  'a database with %s in a definition',
  (name) => {
    const file = path.join(dir, `${name}-2.db`);
    beforeAll(() => buildHostile(file, HOSTILE[name] ?? ''));

    test('is refused by pull and verify, which leave the working copy as it is', async () => {
      const good = path.join(dir, 'good.db');
      if (!existsSync(good)) buildDatabase(good, PLAIN);
      const remote = path.join(makeTempDir(), 'r.db');
      copyFileSync(good, remote);
      const project = makeProject({ url: `file:${remote}` });
      expect((await project.run('dump-init')).exit).toBe(0);
      const before = project.digests();
      copyFileSync(file, remote);
      for (const command of ['pull', 'verify', 'dump-init'])
        expect(await project.json(command)).toMatchObject({
          ok: false,
          error: { code: expect.stringMatching(/^DEFINITION_INVALID$|^REMOTE_NOT_LIBSQL$/) as string },
        });
      expect(project.digests()).toEqual(before);
    });

    test('is refused in a dump of the base or the working copy, wherever it came from', async () => {
      const good = path.join(makeTempDir(), 'r.db');
      buildDatabase(good, PLAIN);
      const project = makeProject({ url: `file:${good}` });
      expect((await project.run('dump-init')).exit).toBe(0);
      for (const place of ['working_copy.db', '.turso/default/base/baseline.db'])
        copyFileSync(file, project.file(place));
      for (const args of [['--working-copy'], ['-o', '-']]) {
        const dump = await project.run('dump', ...args);
        expectHarmlessText(dump.stdout);
        // Reserved names are in no dump.
        if (name !== 'a reserved name') expect(dump.exit).toBe(1);
      }
      function expectHarmlessText(text: string): void {
        spawnSync(sqlite3Path() ?? '', [path.join(dir, 'restored.db')], { input: text });
        expect(existsSync(made)).toBe(false);
      }
    });
  },
);

/** Definitions that are one statement, and that the shell would read as something else. */
const TRICKY = `CREATE TABLE t(output, b);
  INSERT INTO t VALUES ('x;' || char(10) || '.shell touch ${made}' || char(10) || 'go' || char(10) || '.shell touch ${made}', '/');
  CREATE VIEW v AS SELECT
go
.output "|touch ${made}"
FROM t AS go;
  CREATE VIEW w AS SELECT 1
 / -- a
2;
  CREATE INDEX i ON t(b) -- last
;
  CREATE VIEW x AS SELECT 1,\r\n2;
  CREATE TABLE "a
.shell touch ${made}
go
.shell touch ${made}
"(x);
  INSERT INTO "a
.shell touch ${made}
go
.shell touch ${made}
" VALUES (1);`;

describeWithTools('the stock shell restores a dump', () => {
  const database = path.join(dir, 'tricky.db');
  let project: TestProject;

  beforeAll(async () => {
    buildDatabase(database, TRICKY);
    project = makeProject({ url: `file:${database}` });
    expect((await project.run('dump-init')).exit).toBe(0);
  });

  test('of definitions that it would read as commands, without running any, and equal', () => {
    const restored = path.join(dir, 'tricky-restored.db');
    const input = readFileSync(project.file('.turso/default/snapshot/original_dump.sql'));
    const { status, stderr } = spawnSync(sqlite3Path() ?? '', ['-bail', restored], { input });
    expect([status, String(stderr)]).toEqual([0, '']);
    expect(existsSync(made)).toBe(false);
    expect(compareDatabases(restored, database)).toEqual([]);
  });

  test('of their changes, without running any', async () => {
    editDatabase(project.file('working_copy.db'), 'DROP VIEW v; DROP VIEW w');
    expect((await project.run('dump-push')).exit).toBe(0);
    editDatabase(
      project.file('working_copy.db'),
      TRICKY.replace(/^[^]*?(?=CREATE VIEW v)/, '').replace(/CREATE INDEX[^]*$/, ''),
    );
    expect((await project.run('diff')).exit).toBe(0);
    copyFileSync(project.file('.turso/default/base/baseline.db'), path.join(dir, 'patched.db'));
    const input = readFileSync(project.file('.turso/default/diff.sql'));
    const { status, stderr } = spawnSync(sqlite3Path() ?? '', ['-bail', path.join(dir, 'patched.db')], {
      input,
    });
    expect([status, String(stderr)]).toEqual([0, '']);
    expect(existsSync(made)).toBe(false);
  });

  test('of a CHECK that calls its function edit(), without calling it', async () => {
    const other = makeProject({ url: `file:${database}` });
    expect((await other.run('dump-init')).exit).toBe(0);
    const sql = `CREATE TABLE t(output, b CHECK(edit('x', 'touch ${made};') <> 5))`;
    const db = new Database(other.file('working_copy.db'));
    db.unsafeMode(true).exec(rewrite('t', sql));
    db.close();
    const { exit, stdout } = await other.run('dump', '--working-copy');
    expect(exit).toBe(0);
    expect(stdout).toContain('edit(');
    spawnSync(sqlite3Path() ?? '', [path.join(dir, 'edit-restored.db')], { input: stdout });
    expect(existsSync(made)).toBe(false);
  });
});
