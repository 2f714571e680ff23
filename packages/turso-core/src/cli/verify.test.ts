import path from 'node:path';
import {
  buildDatabase,
  editDatabase,
  execOn,
  makeTempDir,
  requireTool,
  startSqld,
  type Sqld,
} from '@turso-sync/testing';
import { leftovers, makeProject, type TestProject } from '../../test/fixtures/cli.fixture';

const ODD = `CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT, a, b TEXT COLLATE NOCASE, c AS (a));
  INSERT INTO t(a, b) VALUES (9e999, 'x'), (-0.0, char(0)), (0.1, CAST(x'ff' AS TEXT)), (x'', NULL), (9223372036854775807, char(65279));
  CREATE TABLE w(k TEXT PRIMARY KEY COLLATE NOCASE, v) WITHOUT ROWID; INSERT INTO w VALUES ('b', 1), ('A', 1.0);
  CREATE VIRTUAL TABLE notes USING fts5(body, tokenize = 'porter'); INSERT INTO notes VALUES ('some words'), ('others');
  CREATE VIRTUAL TABLE old USING fts4(body, languageid=lid); INSERT INTO old(body, lid) VALUES ('some words', 3);
  CREATE VIRTUAL TABLE logs USING fts5(line, content = 'log'); CREATE VIRTUAL TABLE terms USING fts5vocab('notes', 'row');
  CREATE VIRTUAL TABLE places USING rtree(id, x0, x1, +name); INSERT INTO places VALUES (7, 1.5, 2.5, 'here');
  CREATE TABLE log(line); INSERT INTO log VALUES ('one'), ('two'); CREATE INDEX i ON log(line); PRAGMA user_version = 3;`;

const describeWithSqld = requireTool('sqld') ? describe : describe.skip;

describeWithSqld('turso-sync verify', () => {
  let server: Sqld;
  let project: TestProject;

  beforeAll(async () => {
    const database = path.join(makeTempDir(), 'base.db');
    buildDatabase(database, ODD);
    server = await startSqld({ database });
    project = makeProject(server);
    expect((await project.run('dump-init')).exit).toBe(0);
  });
  afterAll(() => server.stop());
  afterEach(() => expect(leftovers(project)).toEqual([]));

  const verify = async (): Promise<[unknown, Record<string, never>]> => {
    const { stdout, exit } = await project.start(['verify', '--json']).ended;
    return [exit, (JSON.parse(stdout) as { result: Record<string, never> }).result];
  };

  test('equal databases are equal by checksums that the server computes', async () => {
    expect(await verify()).toEqual([0, expect.objectContaining({ outcome: 'equal', method: 'checksums' })]);
    expect((await project.run('verify')).stdout).toMatch(/^Equal: .*by checksums/);
  });

  test.each([
    ['UPDATE t SET a = 0.0 WHERE id = 2', 'UPDATE t SET a = -0.0 WHERE id = 2', 't'],
    ["UPDATE t SET b = 'X' WHERE id = 1", "UPDATE t SET b = 'x' WHERE id = 1", 't'],
    ["UPDATE w SET v = 1 WHERE k = 'A'", "UPDATE w SET v = 1.0 WHERE k = 'A'", 'w'],
    ["DELETE FROM log WHERE line = 'two'", "INSERT INTO log VALUES ('two')", 'log'],
    [
      "UPDATE notes SET body = 'some word' WHERE rowid = 1",
      "UPDATE notes SET body = 'some words' WHERE rowid = 1",
      'notes',
    ],
    ['UPDATE old SET lid = 4', 'UPDATE old SET lid = 3', 'old'],
    ["UPDATE places SET name = 'there'", "UPDATE places SET name = 'here'", 'places'],
  ])('one bit of difference on the server is found, with its table: %s', async (change, back, table) => {
    await execOn(server, change);
    expect(await verify()).toMatchObject([
      2,
      { outcome: 'different', method: 'snapshot', differences: { tables: [{ table }] } },
    ]);
    await execOn(server, back);
    expect(await verify()).toMatchObject([0, { outcome: 'equal', method: 'checksums' }]);
  });

  test('a setting of an index, and one that lacks rows, are found as well', async () => {
    await execOn(server, "INSERT INTO notes(notes, rank) VALUES('automerge', 7)");
    expect(await verify()).toMatchObject([
      2,
      { method: 'snapshot', differences: { indexes: [{ table: 'notes' }] } },
    ]);
    await execOn(server, "INSERT INTO notes(notes, rank) VALUES('automerge', 4)");
    await execOn(server, "INSERT INTO logs(logs) VALUES('rebuild')");
    expect(await verify()).toMatchObject([2, { method: 'snapshot' }]);
    project.edit("INSERT INTO logs(logs) VALUES('rebuild')");
    expect((await verify())[0]).toBe(0);
  });

  test('so are edits that were not pushed, definitions, counters, and user_version', async () => {
    for (const [change, back] of [
      ['INSERT INTO log VALUES (3)', 'DELETE FROM log WHERE line = 3'],
      ['CREATE VIEW v AS SELECT 1', 'DROP VIEW v'],
      ['UPDATE sqlite_sequence SET seq = 99', 'UPDATE sqlite_sequence SET seq = 5'],
      ['PRAGMA user_version = 4', 'PRAGMA user_version = 3'],
    ] as const) {
      project.edit(change);
      expect((await verify())[0]).toBe(2);
      project.edit(back);
      expect((await verify())[0]).toBe(0);
    }
  });
});

test('a remote that computes no checksums is compared by a snapshot', async () => {
  const remote = path.join(makeTempDir(), 'remote.db');
  buildDatabase(remote, ODD);
  const project = makeProject({ url: `file:${remote}` });
  await project.run('dump-init');
  expect((await project.run('verify')).stdout).toMatch(/^Equal: .*by snapshot/);
  editDatabase(remote, 'DELETE FROM w');
  const run = await project.run('verify');
  expect(run).toMatchObject({ exit: 2, stdout: expect.stringContaining('INSERT w 2 rows') as string });
});
