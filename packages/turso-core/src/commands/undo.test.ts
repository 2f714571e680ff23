import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { compareDatabases, makeTempDir } from '@turso-sync/testing';
import { cutOffPush } from '../../test/fixtures/cut-off.fixture';
import type { CoreEvent } from '../events';
import { diff } from './diff';
import { init } from './init';
import { makeFileProject, type FileProject } from '../../test/fixtures/project.fixture';
import { pull } from './pull';
import { push } from './push';
import { pushes, undo } from './undo';

let at: FileProject;
let before: string;

beforeEach(async () => {
  at = await makeFileProject(
    `CREATE TABLE t(id INTEGER PRIMARY KEY, v UNIQUE, w);
     INSERT INTO t VALUES (1, 1, x'00ff'), (2, 2, -0.0), (3, 3, 9e999), (4, 4, CAST(x'ff' AS TEXT));
     CREATE TABLE log(line); INSERT INTO log VALUES ('first');
     CREATE TABLE counted(id INTEGER PRIMARY KEY AUTOINCREMENT, v);
     CREATE TRIGGER noted AFTER UPDATE ON t BEGIN INSERT INTO log VALUES ('a trigger fired'); END`,
  );
  await init(at.project);
  before = path.join(makeTempDir(), 'before.db');
  copyFileSync(at.remote, before);
});

/** Returns the differences between the remote and its first state. */
const differences = (): string[] => compareDatabases(at.remote, before);

const FIRST = Uint8Array.from([0, 255]);

const EDIT = `DROP TRIGGER noted; UPDATE t SET v = -v; UPDATE t SET v = CASE v WHEN -1 THEN 2 ELSE 1 END WHERE id < 3;
  DELETE FROM t WHERE id = 3; UPDATE t SET w = 'text' WHERE id = 4; INSERT INTO t VALUES (9223372036854775807, 0.1, NULL);
  INSERT INTO log VALUES ('mine'); INSERT INTO counted(v) VALUES (1), (2); PRAGMA user_version = 5;
  CREATE TRIGGER noted AFTER UPDATE ON t BEGIN INSERT INTO log VALUES ('a trigger fired'); END`;

test('a push that is undone leaves the remote and the working copy as they were', async () => {
  at.edit(EDIT);
  await push(at.project);
  const { changes, backup } = (await undo(at.project)).workingCopy ?? {};
  expect(changes?.total).toEqual({ insert: 1, update: 3, delete: 4 });
  expect(existsSync(backup ?? '')).toBe(true);
  expect(differences()).toEqual([]);
  expect(compareDatabases(at.project.workingCopy, before)).toEqual([]);
  expect(await push(at.project)).toMatchObject({ outcome: 'nothing' });
});

test.each(['n(k TEXT PRIMARY KEY, v)', 'n(k TEXT COLLATE NOCASE, v, PRIMARY KEY(k, v))'])(
  'rows of %s that were replaced, and got other rowids by it, are undone',
  async (table) => {
    const replaced = await makeFileProject(
      `CREATE TABLE ${table}; INSERT INTO n VALUES ('red', 0), ('green', 0)`,
    );
    await init(replaced.project);
    replaced.edit("INSERT OR REPLACE INTO n VALUES ('red', 1), ('blue', 0), ('GREEN', 0)");
    await push(replaced.project);
    expect(await undo(replaced.project)).toMatchObject({ outcome: 'undone' });
    expect(replaced.queryRemote('SELECT k, v FROM n ORDER BY k')).toEqual([
      ['green', 0],
      ['red', 0],
    ]);
    expect(compareDatabases(replaced.remote, replaced.project.workingCopy)).toEqual([]);
  },
);

test('what somebody else had set to the same before is theirs, and stays', async () => {
  at.edit("UPDATE t SET w = 'same' WHERE id = 1; UPDATE t SET w = 'mine' WHERE id = 2");
  at.editRemote("UPDATE t SET w = 'same' WHERE id = 1");
  await push(at.project);
  expect(await undo(at.project)).toMatchObject({ outcome: 'undone', changes: { total: { update: 1 } } });
  expect(at.queryRemote('SELECT w FROM t WHERE id < 3 ORDER BY id')).toEqual([['same'], [-0.0]]);
});

test('what was edited since stays in the working copy, and is pushed alone', async () => {
  at.edit(
    "UPDATE t SET w = 'pushed' WHERE id IN (1, 2); INSERT INTO log VALUES ('pushed'); DELETE FROM t WHERE id = 3",
  );
  await push(at.project);
  at.edit("UPDATE t SET w = 'later' WHERE id = 1; INSERT INTO log VALUES ('later')");
  const { workingCopy } = await undo(at.project);
  expect(workingCopy?.kept).toMatchObject([{ key: { id: 1n }, local: { w: 'later' }, remote: { w: FIRST } }]);
  expect(differences()).toEqual([]);
  await push(at.project);
  expect(compareDatabases(at.remote, at.project.workingCopy)).toEqual([]);
  const lines = at.queryRemote('SELECT line FROM log ORDER BY line').flat();
  expect(lines).toEqual(['a trigger fired', 'first', 'later']);
});

test('the remote alone, if that is wanted: the edits stay in the working copy', async () => {
  at.edit(EDIT);
  expect(await push(at.project)).toMatchObject({ outcome: 'pushed' });
  expect(differences()).not.toEqual([]);
  const work = readFileSync(at.project.workingCopy);
  const result = await undo(at.project, { remoteOnly: true });
  expect(result).toMatchObject({ outcome: 'undone', push: { number: 1 }, changes: { total: { insert: 1 } } });
  expect(differences()).toEqual([]);
  expect(readFileSync(at.project.workingCopy).equals(work)).toBe(true);
  const { changes } = await diff(at.project);
  expect(changes.total).toEqual({ insert: 4, update: 3, delete: 1 });
});

test('an undo can be undone, and is listed as one', async () => {
  at.edit(EDIT);
  await push(at.project);
  const after = path.join(makeTempDir(), 'after.db');
  copyFileSync(at.remote, after);
  await undo(at.project);
  expect(await undo(at.project)).toMatchObject({ outcome: 'undone', push: { number: 2, undoes: 1 } });
  expect(compareDatabases(at.remote, after)).toEqual([]);
  expect(await push(at.project)).toMatchObject({ outcome: 'nothing' });
  expect(pushes(at.project).map((p) => [p.number, p.undoes])).toEqual([
    [3, 2],
    [2, 1],
    [1, null],
  ]);
});

test('an earlier push is undone alone', async () => {
  at.edit("UPDATE t SET w = 'one' WHERE id = 1");
  await push(at.project);
  at.edit("UPDATE t SET w = 'two' WHERE id = 2");
  await push(at.project);
  expect(await undo(at.project, { push: 1 })).toMatchObject({ outcome: 'undone' });
  at.editRemote('DROP TRIGGER noted; UPDATE t SET w = -0.0 WHERE id = 2');
  expect(differences().join()).not.toContain('t:');
  await expect(undo(at.project, { push: 7 })).rejects.toMatchObject({ code: 'NOTHING_TO_UNDO' });
});

test.each([
  ['on the remote', false],
  ['on the remote, and pulled since', true],
])('what someone has changed since, %s, is not undone over their head', async (_, pulls) => {
  at.edit("UPDATE t SET w = 'mine' WHERE id = 1; UPDATE t SET w = 'mine' WHERE id = 2");
  await push(at.project);
  at.editRemote("UPDATE t SET w = 'theirs' WHERE id = 1");
  if (pulls) await pull(at.project);
  const there = readFileSync(at.remote);
  expect(await undo(at.project)).toMatchObject({
    outcome: 'conflict',
    conflicts: [{ kind: 'update/update', key: { id: 1n }, local: { w: FIRST }, remote: { w: 'theirs' } }],
  });
  expect(readFileSync(at.remote).equals(there)).toBe(true);
});

describe('rows that the remote has under other hidden rowids', () => {
  const cases = [false, true].flatMap((pulls) =>
    ['', 'CREATE VIEW lines AS SELECT line FROM log', 'ALTER TABLE log ADD COLUMN n', 'RENAME'].flatMap(
      (definition) => [false, true].map((isCutOff) => ({ pulls, definition, isCutOff })),
    ),
  );
  test.each(cases)('are undone: %j', async ({ pulls, definition, isCutOff }) => {
    at.edit("INSERT INTO log VALUES ('twice'), ('second')");
    await push(at.project);
    at.edit(`UPDATE log SET line = 'mine' WHERE line = 'first'; DELETE FROM log WHERE line = 'second';
      INSERT INTO log(line) VALUES ('own'), ('twice'), ('twice')`);
    at.edit(definition === 'RENAME' ? 'DROP TRIGGER noted; ALTER TABLE log RENAME TO lines' : definition);
    at.editRemote("INSERT INTO log VALUES ('theirs'), ('theirs'), ('theirs'), ('twice')");
    copyFileSync(at.remote, before);
    if (isCutOff) await cutOffPush(at.project, 'before its answer comes');
    expect(await push(at.project)).toMatchObject({ outcome: 'pushed' });
    if (pulls) await pull(at.project);
    expect(await undo(at.project)).toMatchObject({ outcome: 'undone' });
    expect(compareDatabases(at.remote, before, { ignoreTables: ['log'] })).toEqual([]);
    const lines = at.queryRemote('SELECT line FROM log ORDER BY line');
    expect(lines.flat()).toEqual(['first', 'second', 'theirs', 'theirs', 'theirs', 'twice', 'twice']);
  });
});

describe('an undo that was cut off', () => {
  beforeEach(async () => {
    at.edit(EDIT);
    await push(at.project);
  });

  test.each(['before it is sent', 'before its answer comes'] as const)(
    '%s is made once by the next one',
    async (how) => {
      await cutOffPush(at.project, how, { undo: 1 });
      expect(await undo(at.project)).toMatchObject({
        outcome: 'undone',
        push: { number: 1, undoes: null },
        changes: { total: { insert: 1 } },
      });
      expect(differences()).toEqual([]);
      expect(pushes(at.project)[0]).toMatchObject({ undoes: 1 });
    },
  );

  test.each(['merge', 'write the working copy'])(
    'is brought in by the next one, once the remote has it (cut off after: %s)',
    async (step) => {
      const onEvent = (event: CoreEvent): void => {
        if (event.type === 'step' && event.what === step) throw new Error('cut off');
      };
      at.edit("INSERT INTO log VALUES ('since')");
      await expect(undo(at.project, { onEvent })).rejects.toThrow('cut off');
      expect(differences()).toEqual([]);
      expect(await undo(at.project)).toMatchObject({ outcome: 'undone', push: { number: 1 } });
      expect(differences()).toEqual([]);
      expect(pushes(at.project)).toHaveLength(2);
      expect((await diff(at.project)).changes.total).toEqual({ insert: 1, update: 0, delete: 0 });
    },
  );

  test('is not what undoing another push was about', async () => {
    await cutOffPush(at.project, 'before its answer comes', { undo: 1 });
    const { number } = (await undo(at.project, { push: 2 })).push;
    expect(number).toBe(2);
    expect(compareDatabases(at.remote, at.project.workingCopy)).toEqual([]);
  });
});

test('what others changed elsewhere stays', async () => {
  at.edit("UPDATE t SET w = 'mine' WHERE id = 1");
  await push(at.project);
  at.editRemote("INSERT INTO log VALUES ('theirs'); UPDATE t SET w = 'theirs' WHERE id = 2");
  expect(await undo(at.project)).toMatchObject({ outcome: 'undone' });
  expect(await pull(at.project)).toMatchObject({ outcome: 'pulled', pending: 0 });
  await push(at.project);
  expect(compareDatabases(at.remote, at.project.workingCopy)).toEqual([]);
});

test('made and dropped tables, indexes and views are undone with all their rows', async () => {
  at.edit(`DROP TABLE log; DROP TRIGGER noted; CREATE TABLE fresh(x); INSERT INTO fresh VALUES (1), (2.5);
    CREATE INDEX by_w ON t(w); CREATE VIEW all_t AS SELECT * FROM t`);
  await push(at.project, { allow: ['dropTable:log'] });
  expect(pushes(at.project)[0]?.changes).toMatchObject({ total: { delete: 1, insert: 2 } });
  expect(await undo(at.project)).toMatchObject({ outcome: 'undone' });
  expect(differences()).toEqual([]);
  await undo(at.project);
  expect(compareDatabases(at.remote, at.project.workingCopy)).toEqual([]);
});

test('a table that lost a column, and a full-text index that changed, get all of it back', async () => {
  at.editRemote(
    "CREATE VIRTUAL TABLE notes USING fts5(body); INSERT INTO notes VALUES ('one word'), ('another')",
  );
  await pull(at.project);
  copyFileSync(at.remote, before);
  at.edit(`DROP TRIGGER noted; ALTER TABLE t DROP COLUMN w; ALTER TABLE log ADD COLUMN n DEFAULT 7;
    UPDATE notes SET body = 'changed' WHERE rowid = 1; DELETE FROM notes WHERE rowid = 2`);
  expect(await push(at.project)).toMatchObject({ outcome: 'pushed' });
  expect(await undo(at.project)).toMatchObject({ outcome: 'undone' });
  expect(differences()).toEqual([]);
  expect(await undo(at.project)).toMatchObject({ outcome: 'undone' });
  expect(compareDatabases(at.remote, at.project.workingCopy)).toEqual([]);
});

describe('where a push of definitions met conflicts, what the remote had is there again', () => {
  const ROWS =
    "UPDATE t SET w = 'mine' WHERE id IN (1, 2); DELETE FROM t WHERE id = 3; INSERT INTO t VALUES (5, 5, 5)";
  const THEIRS =
    "UPDATE t SET w = 'theirs' WHERE id IN (1, 3); DELETE FROM log; INSERT INTO t VALUES (5, 6, 7)";
  test.each([
    ['ours', `CREATE INDEX by_w ON t(w); ${ROWS}`],
    ['theirs', `CREATE INDEX by_w ON t(w); ${ROWS}`],
    ['theirs', `${ROWS}; DROP TRIGGER noted; ALTER TABLE t ADD COLUMN x DEFAULT 1`],
    ['theirs', `${ROWS}; DROP TRIGGER noted; ALTER TABLE t RENAME TO u`],
  ] as const)('resolved by %s: %s', async (onConflict, edit) => {
    at.edit(edit);
    at.editRemote(`DROP TRIGGER noted; ${THEIRS};
      CREATE TRIGGER noted AFTER UPDATE ON t BEGIN INSERT INTO log VALUES ('a trigger fired'); END`);
    copyFileSync(at.remote, before);
    expect(await push(at.project, { onConflict })).toMatchObject({ outcome: 'pushed' });
    expect(await undo(at.project)).toMatchObject({ outcome: 'undone' });
    expect(differences()).toEqual([]);
  });
});

test('twenty pushes are kept, and nothing is undone where none was made', async () => {
  await expect(undo(at.project)).rejects.toMatchObject({ code: 'NOTHING_TO_UNDO' });
  for (let i = 0; i < 22; i++) {
    at.edit(`INSERT INTO counted(v) VALUES (${i})`);
    await push(at.project);
  }
  const kept = Array.from({ length: 20 }, (_, i) => [`${i + 3}.json`, `${i + 3}.sha256`]);
  expect(readdirSync(at.project.files.pushes).sort()).toEqual(kept.flat().sort());
  expect(pushes(at.project)[0]?.number).toBe(22);
  writeFileSync(path.join(at.project.files.pushes, '22.json'), '{}');
  await expect(undo(at.project)).rejects.toMatchObject({ code: 'CHANGES_UNREADABLE' });
});

describe('a record that was edited after the push is refused, and nothing is changed', () => {
  const refused = (name: string): object =>
    expect.objectContaining({
      code: 'CHANGES_UNREADABLE',
      message: expect.stringMatching(`${name} was changed after the push`) as string,
      hint: expect.stringContaining('Nothing was sent') as string,
    }) as object;
  const edit = (file: string): void =>
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('mine', 'their'));

  test.each(['pushes/1.json', 'changes.json'])('in %s, which are one file on the disk', async (name) => {
    at.edit("INSERT INTO log VALUES ('mine')");
    await push(at.project);
    edit(path.join(at.project.files.environment, name));
    const state = at.queryRemote('SELECT * FROM log');
    await expect(undo(at.project)).rejects.toEqual(refused('1\\.json'));
    expect(at.queryRemote('SELECT * FROM log')).toEqual(state);
  });

  test('in what takes definitions back', async () => {
    at.edit("ALTER TABLE log ADD COLUMN more DEFAULT 'mine'; INSERT INTO log VALUES ('mine', 'mine')");
    await push(at.project);
    edit(path.join(at.project.files.pushes, '1.inverse.json'));
    await expect(undo(at.project)).rejects.toEqual(refused('1\\.inverse\\.json'));
    expect(at.queryRemote('SELECT count(*) FROM log')).toEqual([[2]]);
  });

  test('but one of an earlier version has no checksum, and is undone', async () => {
    at.edit("INSERT INTO log VALUES ('mine')");
    await push(at.project);
    rmSync(path.join(at.project.files.pushes, '1.sha256'));
    expect(await undo(at.project)).toMatchObject({ outcome: 'undone' });
    expect(at.queryRemote('SELECT * FROM log')).toEqual([['first']]);
  });
});

test.each([
  ['empty', ''],
  ['of another kind', '{}'],
  ['cut off', '{"format": "turso-sync-'],
  ['no text', Buffer.from([0, 255, 254])],
])('a record that is %s hides no other push', async (_name, content) => {
  for (const n of [1, 2, 3]) {
    at.edit(`INSERT INTO counted(v) VALUES (${n})`);
    await push(at.project);
  }
  writeFileSync(path.join(at.project.files.pushes, '2.json'), content);
  const [third, second, first] = pushes(at.project);
  const rest = { isRecorded: true, problem: null, changes: { total: { insert: 1 } } };
  expect([third, first]).toMatchObject([
    { number: 3, ...rest },
    { number: 1, ...rest },
  ]);
  expect(second).toMatchObject({ number: 2, isRecorded: false, file: null });
  expect(second?.problem).toContain('2.json');
  await expect(undo(at.project, { push: 2 })).rejects.toMatchObject({ code: 'CHANGES_UNREADABLE' });
  expect(await undo(at.project)).toMatchObject({ outcome: 'undone', push: { number: 3 } });
});

describe('where the last push cannot be taken back, nobody is blamed, and no older one is taken back', () => {
  const INDEXED = `CREATE TABLE a(id INTEGER PRIMARY KEY, x); INSERT INTO a VALUES (1, 'one'), (2, 'two');
    CREATE VIRTUAL TABLE f USING fts5(x, content='a', content_rowid='id'); INSERT INTO f(rowid, x) VALUES (1, 'one')`;

  test.each([
    ['an index that was repaired', INDEXED, "INSERT INTO f(rowid, x) VALUES (2, 'two')"],
    [
      'an index with another definition',
      INDEXED,
      `DROP TABLE f; CREATE VIRTUAL TABLE f USING fts5(x, content='a', content_rowid='id', prefix='2');
       INSERT INTO f(f) VALUES ('rebuild')`,
    ],
  ])('%s', async (_, base, edit) => {
    at = await makeFileProject(`${base}; CREATE TABLE plain(id INTEGER PRIMARY KEY, v)`);
    await init(at.project);
    at.edit("INSERT INTO plain VALUES (1, 'first push')");
    await push(at.project);
    at.edit(edit);
    await push(at.project);
    await expect(undo(at.project)).rejects.toMatchObject({ code: 'UNDO_IMPOSSIBLE' });
    expect(existsSync(at.project.files.conflictsJson)).toBe(false);
    expect(at.queryRemote('SELECT v FROM plain')).toEqual([['first push']]);
    expect(pushes(at.project).map((p) => p.number)).toEqual([2, 1]);
  });
});
