import { readFileSync } from 'node:fs';
import path from 'node:path';
import {
  buildDatabase,
  compareDatabases,
  editDatabase,
  execOn,
  makeTempDir,
  queryOn,
  requireTool,
  startSqld,
  type Sqld,
} from '@turso-sync/testing';
import { statusText } from '../../src/report/text';
import { loadProject } from '../../src/project/load-project';
import type { Project } from '../../src/project/project';
import { init } from '../../src/commands/init';
import { pull } from '../../src/commands/pull';
import { push } from '../../src/commands/push';
import { status } from '../../src/commands/status';

const describeWithSqld = requireTool('sqld') ? describe : describe.skip;

describeWithSqld('what only libSQL knows', () => {
  let sqld: Sqld;
  let project: Project;

  beforeAll(async () => {
    sqld = await startSqld({});
  });
  afterAll(() => sqld.stop());

  beforeEach(async () => {
    await execOn(
      sqld,
      `DROP TABLE IF EXISTS docs; DROP TABLE IF EXISTS moved; DROP TABLE IF EXISTS r; DROP TABLE IF EXISTS s;
       CREATE TABLE docs(id INTEGER PRIMARY KEY, title, e F32_BLOB(3));
       INSERT INTO docs VALUES(1,'x',vector32('[1,0,0]')),(2,'y',vector32('[0,1,0]'));
       CREATE INDEX near ON docs(libsql_vector_idx(e)); CREATE INDEX near2 ON docs(libsql_vector_idx(e, 'metric=l2'));
       CREATE INDEX title ON docs(title);
       CREATE TABLE r(a, b TEXT DEFAULT ') RANDOM ROWID' CHECK (a > 0)) RANDOM /* so */ ROWID; INSERT INTO r VALUES(1,'one'),(2,'two');
       CREATE TABLE s(a INTEGER, b TEXT) STRICT, RANDOM ROWID; INSERT INTO s VALUES(7,'seven')`,
    );
    const variables = { TURSO_DATABASE_URL: sqld.url };
    project = await loadProject({ cwd: makeTempDir('set-aside-'), variables });
    await init(project);
  });

  const edit = (sql: string): void => editDatabase(project.workingCopy, sql);
  const remote = (sql: string): ReturnType<typeof queryOn> => queryOn(sqld, sql);

  test('is listed, and the rest is plain SQLite', async () => {
    const found = await status(project);
    expect(found.base.manifest?.setAside).toEqual([
      {
        type: 'index',
        name: 'near',
        table: 'docs',
        sql: 'CREATE INDEX near ON docs(libsql_vector_idx(e))',
        localSql: null,
      },
      expect.objectContaining({ type: 'index', name: 'near2' }),
      {
        type: 'table',
        name: 'r',
        table: 'r',
        sql: `CREATE TABLE r(a, b TEXT DEFAULT ') RANDOM ROWID' CHECK (a > 0)) RANDOM /* so */ ROWID`,
        localSql: `CREATE TABLE r(a, b TEXT DEFAULT ') RANDOM ROWID' CHECK (a > 0))`,
      },
      expect.objectContaining({ name: 's', localSql: 'CREATE TABLE s(a INTEGER, b TEXT) STRICT' }),
    ]);
    expect(statusText(found)).toContain(
      'Set aside     index "near" on "docs", index "near2" on "docs", RANDOM ROWID of "r", RANDOM ROWID of "s": on the remote only\n',
    );
    expect(found.pending.changes?.total).toEqual({ insert: 0, update: 0, delete: 0 });
    const dump = readFileSync(project.files.snapshot.dump, 'utf8');
    expect(dump).toContain('-- CREATE INDEX near ON docs(libsql_vector_idx(e));\n');
    expect(dump).not.toMatch(/^(?!--).*libsql_vector/m);
    const restored = path.join(makeTempDir(), 'restored.db');
    buildDatabase(restored, dump);
    expect(compareDatabases(restored, project.workingCopy)).toEqual([]);
  });

  test('is there and up to date after a push', async () => {
    const schema = await remote('SELECT type, name, sql FROM sqlite_schema ORDER BY type, name');
    edit(`INSERT INTO docs VALUES(3,'z',x'00000000000000000000803f'); UPDATE docs SET e = x'0000803f0000803f00000000' WHERE id = 2;
      DELETE FROM docs WHERE id = 1; UPDATE r SET b = 'uno' WHERE a = 1; INSERT INTO r VALUES(3,'three'); DELETE FROM s`);
    expect(await push(project)).toMatchObject({ outcome: 'pushed' });
    expect(await remote('SELECT type, name, sql FROM sqlite_schema ORDER BY type, name')).toEqual(schema);
    const nearest = (index: string, to: string): ReturnType<typeof queryOn> =>
      remote(`SELECT id FROM vector_top_k('${index}', vector32('${to}'), 5)`);
    for (const index of ['near', 'near2']) {
      expect(await nearest(index, '[0,0,1]')).toEqual([[3n], [2n]]);
      expect(await nearest(index, '[1,1,0]')).toEqual([[2n], [3n]]);
    }
    expect(await remote('SELECT a, b FROM r ORDER BY a')).toEqual([
      [1n, 'uno'],
      [2n, 'two'],
      [3n, 'three'],
    ]);
    expect(await remote('SELECT count(*) FROM s')).toEqual([[0n]]);
    // Nothing is left to do, neither by the new base nor by a fresh snapshot.
    expect(await push(project)).toMatchObject({ outcome: 'nothing' });
    expect((await status(project)).base.manifest?.setAside).toHaveLength(4);
    await init(project);
    expect((await push(project)).outcome).toBe('nothing');
  });

  test('is there and up to date after the definition of its table was changed', async () => {
    edit(
      `DROP INDEX title; ALTER TABLE docs DROP COLUMN title; UPDATE docs SET e = x'0000803f0000803f00000000' WHERE id = 2`,
    );
    expect(await push(project)).toMatchObject({ outcome: 'pushed' });
    expect(await remote(`SELECT id FROM vector_top_k('near2', vector32('[1,1,0]'), 1)`)).toEqual([[2n]]);
    expect(await remote(`SELECT name FROM sqlite_schema WHERE sql LIKE '%libsql_vector_idx%'`)).toHaveLength(
      2,
    );
    expect(await remote('SELECT * FROM docs')).toHaveLength(2);
  });

  test('does not stand in the way of a pull on top of edits', async () => {
    edit(`INSERT INTO r VALUES(3,'mine'); UPDATE docs SET title = 'mine' WHERE id = 1`);
    await execOn(
      sqld,
      `INSERT INTO r VALUES(4,'theirs'); UPDATE docs SET title = 'theirs' WHERE id = 2; DROP INDEX near2`,
    );
    expect(await pull(project)).toMatchObject({ outcome: 'pulled' });
    expect((await status(project)).base.manifest?.setAside).toHaveLength(3);
    expect(await push(project)).toMatchObject({ outcome: 'pushed' });
    expect(await remote('SELECT a FROM r')).toHaveLength(4);
    expect(await remote('SELECT title FROM docs ORDER BY id')).toEqual([['mine'], ['theirs']]);
  });

  test("a change there of what was set aside is no conflict, but one of a table's definition is", async () => {
    await execOn(sqld, 'DROP INDEX near; DROP TABLE s; CREATE TABLE s(a INTEGER, b TEXT) STRICT');
    edit(`INSERT INTO docs VALUES(4,'w',NULL)`);
    expect(await push(project)).toMatchObject({ outcome: 'pushed' });
    edit(`INSERT INTO s VALUES(1,'x')`);
    expect(await push(project)).toMatchObject({
      outcome: 'conflict',
      conflicts: [{ kind: 'schema', table: 's' }],
    });
  });

  test.each([
    ['DROP TABLE docs', /"docs".*"near"/],
    ['DROP TABLE r', /"r".*RANDOM ROWID/],
    ['ALTER TABLE r ADD COLUMN c', /"r".*RANDOM ROWID/],
    ['ALTER TABLE docs RENAME TO moved', /"docs".*"near"/],
  ])('would be lost by %s, which is refused', async (sql, message) => {
    edit(sql);
    await expect(push(project)).rejects.toMatchObject({
      code: 'UNSUPPORTED_CHANGE',
      message: expect.stringMatching(message) as string,
    });
  });
});
