import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { compareDatabases, makeTempDir } from '@turso-sync/testing';
import { diff } from '../diff';
import { init } from '../init';
import { makeFileProject, type FileProject } from '../../../test/fixtures/project.fixture';
import { cutOffPush } from '../../../test/fixtures/cut-off.fixture';
import { pull } from '../pull';
import { push } from '../push';
import { undo } from '../undo';

let at: FileProject;

/** A plan with rows without a key leaves a receipt. */
const RECEIPTS = (): { ignoreTables: string[] } => ({
  ignoreTables: at
    .queryRemote("SELECT name FROM sqlite_schema WHERE name LIKE 'turso_sync_receipt_%'")
    .flat() as string[],
});
let plan: string;

beforeEach(async () => {
  at = await makeFileProject(
    `CREATE TABLE t(id INTEGER PRIMARY KEY, v, w); INSERT INTO t VALUES (1, 1, 1), (2, 2, 2), (3, 3, 3);
     CREATE TABLE log(line); INSERT INTO log VALUES ('first')`,
  );
  await init(at.project);
  plan = path.join(makeTempDir(), 'plan.json');
});

test('just what was saved is pushed, whatever the working copy has become since', async () => {
  at.edit(
    "UPDATE t SET v = 'planned' WHERE id = 1; DELETE FROM t WHERE id = 2; CREATE TABLE u(x); INSERT INTO u VALUES (1)",
  );
  await diff(at.project, { save: plan });
  at.edit("UPDATE t SET v = 'later' WHERE id = 1; INSERT INTO t VALUES (9, 9, 9)");
  expect(await push(at.project, { plan })).toMatchObject({
    outcome: 'pushed',
    changes: { total: { update: 1, delete: 1, insert: 1 } },
  });
  expect((await diff(at.project)).changes.total).toEqual({ update: 1, delete: 0, insert: 1 });
  await push(at.project);
  expect(compareDatabases(at.remote, at.project.workingCopy, RECEIPTS())).toEqual([]);
});

test('a dry run of it says what it would do', async () => {
  at.edit("UPDATE t SET v = 'planned'");
  await diff(at.project, { save: plan });
  at.edit('DELETE FROM t');
  const before = readFileSync(at.remote);
  expect(await push(at.project, { plan, dryRun: true })).toMatchObject({
    outcome: 'dry-run',
    changes: { total: { update: 3, delete: 0 } },
  });
  expect(readFileSync(at.remote).equals(before)).toBe(true);
});

test('it is refused where the remote has changed in the same rows, which are named', async () => {
  at.edit("UPDATE t SET v = 'planned' WHERE id = 1");
  await diff(at.project, { save: plan });
  at.editRemote("UPDATE t SET v = 'theirs' WHERE id = 1");
  await expect(push(at.project, { plan })).rejects.toMatchObject({
    code: 'PLAN_STALE',
    message: expect.stringContaining('"t" id=1') as string,
  });
  expect(existsSync(at.project.files.conflictsJson)).toBe(true);
  at.editRemote('UPDATE t SET v = 1 WHERE id = 1; UPDATE t SET w = 0 WHERE id = 3');
  expect(await push(at.project, { plan })).toMatchObject({ outcome: 'pushed' });
  expect(await push(at.project, { plan })).toMatchObject({ outcome: 'nothing' });
});

describe('on another machine', () => {
  let other: FileProject;
  beforeEach(async () => {
    other = await at.beside('other');
    await init(other.project);
  });

  const EDIT = `UPDATE t SET v = 'planned' WHERE id = 1; DELETE FROM t WHERE id = 2; INSERT INTO t VALUES (4, 4, 4);
    INSERT INTO log VALUES ('planned'); UPDATE log SET line = 'changed' WHERE line = 'first'; CREATE TABLE u(x);
    INSERT INTO u VALUES (1); CREATE INDEX by_v ON t(v); PRAGMA user_version = 3`;

  test.each(['', `UPDATE t SET w = 'job' WHERE id = 3; INSERT INTO log VALUES ('job')`])(
    'what was reviewed stays, and comes with the next pull (%s)',
    async (edit) => {
      at.edit(EDIT);
      await diff(at.project, { save: plan });
      expect(await push(other.project, { plan })).toMatchObject({ outcome: 'pushed' });
      other.edit(edit);
      expect(await push(other.project)).toMatchObject({ outcome: edit === '' ? 'nothing' : 'pushed' });
      expect(at.queryRemote('SELECT v FROM t ORDER BY id')).toEqual([['planned'], [3], [4]]);
      await pull(other.project);
      await pull(at.project);
      for (const { project } of [other, at])
        expect(compareDatabases(at.remote, project.workingCopy, RECEIPTS())).toEqual([]);
      const lines = at.queryRemote('SELECT line FROM log ORDER BY line').flat();
      expect(lines).toEqual(['changed', ...(edit === '' ? [] : ['job']), 'planned']);
    },
  );

  test('it goes beside what others write in other rows, before and after', async () => {
    at.edit(EDIT);
    await diff(at.project, { save: plan });
    at.editRemote(`UPDATE t SET w = 'theirs' WHERE id = 3; INSERT INTO log VALUES ('theirs')`);
    await pull(other.project);
    at.editRemote(`INSERT INTO t VALUES (9, 9, 9); INSERT INTO log VALUES ('planned')`);
    expect(await push(other.project, { plan })).toMatchObject({ outcome: 'pushed' });
    for (const { project } of [other, at]) {
      await pull(project);
      expect(compareDatabases(at.remote, project.workingCopy, RECEIPTS())).toEqual([]);
    }
    const lines = at.queryRemote('SELECT line FROM log ORDER BY line').flat();
    expect(lines).toEqual(['changed', 'planned', 'planned', 'theirs']);
  });

  test('it goes where the base is older than the rows that it changes', async () => {
    at.editRemote("INSERT INTO t VALUES (8, 8, 8); UPDATE t SET v = 'newer' WHERE id = 1");
    await pull(at.project);
    at.edit("UPDATE t SET w = 'planned' WHERE id IN (1, 8)");
    await diff(at.project, { save: plan });
    other.edit("UPDATE t SET w = 'own' WHERE id = 3");
    expect(await push(other.project, { plan })).toMatchObject({
      outcome: 'pushed',
      changes: { total: { update: 2, insert: 0, delete: 0 } },
    });
    expect(await pull(other.project)).toMatchObject({ pending: 1 });
    await push(other.project);
    await pull(at.project);
    for (const { project } of [other, at])
      expect(compareDatabases(at.remote, project.workingCopy, RECEIPTS())).toEqual([]);
  });

  test.each([
    ['the same row', "UPDATE t SET w = 'theirs' WHERE id = 1", '"t" id=1'],
    ['a definition', 'CREATE TRIGGER theirs AFTER UPDATE ON t BEGIN SELECT 1; END', 'trigger "theirs"'],
  ])('it is refused if %s has changed, which was pulled there', async (_, theirs, named) => {
    at.edit("UPDATE t SET v = 'planned' WHERE id = 1");
    await diff(at.project, { save: plan });
    at.editRemote(theirs);
    await pull(other.project);
    await expect(push(other.project, { plan })).rejects.toMatchObject({
      code: 'PLAN_STALE',
      message: expect.stringContaining(named) as string,
    });
  });

  test('an equal row without a key that was added there is another one', async () => {
    at.edit("INSERT INTO log VALUES ('same')");
    await diff(at.project, { save: plan });
    other.edit("INSERT INTO log VALUES ('same')");
    await push(other.project, { plan });
    await push(other.project);
    expect(at.queryRemote('SELECT line FROM log')).toEqual([['first'], ['same'], ['same']]);
  });

  test('an undo takes it back, although the base never had it', async () => {
    at.edit(EDIT);
    await diff(at.project, { save: plan });
    const before = path.join(makeTempDir(), 'before.db');
    copyFileSync(at.remote, before);
    await push(other.project, { plan });
    other.edit("INSERT INTO log VALUES ('own')");
    expect(await undo(other.project)).toMatchObject({ outcome: 'undone' });
    expect(compareDatabases(at.remote, before, RECEIPTS())).toEqual([]);
    await push(other.project);
    expect(at.queryRemote('SELECT line FROM log')).toEqual([['first'], ['own']]);
  });
});

test('it is pushed once, however often it is tried', async () => {
  const other = await at.beside('other');
  await init(other.project);
  at.edit("INSERT INTO log VALUES ('planned')");
  await diff(at.project, { save: plan });
  for (const { project } of [other, other, at, at]) await push(project, { plan });
  for (const { project } of [at, other]) {
    await push(project);
    await pull(project);
    expect(compareDatabases(at.remote, project.workingCopy, RECEIPTS())).toEqual([]);
  }
  expect(at.queryRemote('SELECT line FROM log')).toEqual([['first'], ['planned']]);
});

test('rows without a key that the working copy has are pushed once', async () => {
  at.edit("INSERT INTO log VALUES ('planned'), ('planned too')");
  await diff(at.project, { save: plan });
  at.edit("INSERT INTO log VALUES ('later'); UPDATE log SET line = 'edited' WHERE line = 'planned too'");
  at.editRemote("INSERT INTO log VALUES ('theirs')");
  await push(at.project, { plan });
  await push(at.project);
  const lines = at.queryRemote('SELECT line FROM log ORDER BY line').flat();
  expect(lines).toEqual(['edited', 'first', 'later', 'planned', 'theirs']);
});

test('what was taken back in the working copy before it was pushed comes with the next pull', async () => {
  at.edit(
    "UPDATE t SET v = 'planned' WHERE id = 1; INSERT INTO t VALUES (4, 4, 4); DELETE FROM t WHERE id = 3",
  );
  await diff(at.project, { save: plan });
  at.edit('UPDATE t SET v = 1 WHERE id = 1; DELETE FROM t WHERE id = 4; INSERT INTO t VALUES (3, 3, 3)');
  await push(at.project, { plan });
  expect(await push(at.project)).toMatchObject({ outcome: 'nothing' });
  await pull(at.project);
  expect(compareDatabases(at.remote, at.project.workingCopy)).toEqual([]);
  expect(at.queryRemote('SELECT v FROM t')).toEqual([['planned'], [2], [4]]);
});

test.each(['before it is sent', 'before its answer comes'] as const)(
  'a push of it that was cut off %s does not revert it',
  async (how) => {
    const other = await at.beside('other');
    await init(other.project);
    at.edit("UPDATE t SET v = 'planned' WHERE id = 1; INSERT INTO log VALUES ('planned')");
    await diff(at.project, { save: plan });
    await cutOffPush(other.project, how, { plan });
    other.edit("UPDATE t SET w = 'job' WHERE id = 3");
    await push(other.project);
    if (how === 'before it is sent') await push(other.project, { plan });
    expect(at.queryRemote('SELECT v, w FROM t WHERE id <> 2')).toEqual([
      ['planned', 1],
      [3, 'job'],
    ]);
    expect(at.queryRemote('SELECT line FROM log')).toEqual([['first'], ['planned']]);
  },
);

describe('only what people read in it is carried out', () => {
  /** Changes the head of a plan, as a reader might. */
  function change(edit: (changes: { schema: object[] }) => void): void {
    const [head = '', rows = ''] = readFileSync(plan, 'utf8').split(',\n "rows": [');
    const parsed = JSON.parse(`${head}}`) as { changes: { schema: object[] } };
    edit(parsed.changes);
    writeFileSync(plan, `${JSON.stringify(parsed, null, 1).slice(0, -2)},\n "rows": [${rows}`);
  }

  beforeEach(async () => {
    at.edit(
      "UPDATE t SET v = 'planned' WHERE id = 1; ALTER TABLE t ADD COLUMN z DEFAULT 5; CREATE INDEX by_v ON t(v)",
    );
    await diff(at.project, { save: plan });
  });

  test('statements beside the definitions are not', async () => {
    change(({ schema }) => {
      for (const entry of schema as { statements?: string[] }[]) entry.statements = ['DELETE FROM log'];
    });
    expect(await push(at.project, { plan })).toMatchObject({ outcome: 'pushed' });
    expect(compareDatabases(at.remote, at.project.workingCopy)).toEqual([]);
  });

  test.each([
    ['a second statement', `CREATE INDEX by_v ON t(v); ATTACH 'x.db' AS x`],
    ['another statement', "ATTACH 'x.db' AS x"],
    ['a setting', 'PRAGMA writable_schema = 1'],
    ['something of another name', 'CREATE INDEX other ON t(v)'],
    ['something of another kind', 'CREATE VIEW by_v AS SELECT 1'],
    ['something in another schema', 'CREATE INDEX temp.by_v ON t(v)'],
  ])('a definition that is %s is refused', async (_, sql) => {
    change(({ schema }) => Object.assign(schema.at(-1) ?? {}, { after: sql }));
    await expect(push(at.project, { plan, dryRun: true })).rejects.toMatchObject({
      code: 'DEFINITION_INVALID',
    });
  });
});

test('what is no plan is refused', async () => {
  at.edit("UPDATE t SET v = 'planned' WHERE id = 1");
  await expect(push(at.project, { plan })).rejects.toMatchObject({ code: 'CHANGES_UNREADABLE' });
  await diff(at.project, { save: plan });
  const text = readFileSync(plan, 'utf8');
  for (const other of [
    '',
    'text',
    '{}',
    text.replace('"version": 2', '"version": 1'),
    readFileSync(at.project.files.changesJson, 'utf8').replace(/"saved": {[^}]*},/, '"saved": null,'),
    text.slice(0, -30),
    text.replace('"set":{"v"', '"set":{"nope"'),
    text.replace('"set":{"v"', '"set":{"__proto__":[1,2],"v"'),
    text.replace('"row":[1,1,1]', '"row":[1,1]'),
    text.replace('"row":[1,1,1]', '"row":[1,7,1]'),
    text.replace('"planned"', '{"blob":5}'),
    text.replace('"planned"', '1.5'),
    text.replace('"key":["id"]', '"key":["v"]'),
    text.replace('"update": 1', '"update": 2'),
    text.replace('"receipt": null', '"receipt": "t"'),
    JSON.stringify(JSON.parse(text), null, 2),
    JSON.stringify(JSON.parse(text)),
  ]) {
    expect(other).not.toBe(text);
    writeFileSync(plan, other);
    await expect(push(at.project, { plan })).rejects.toMatchObject({ code: 'CHANGES_UNREADABLE' });
  }
  writeFileSync(plan, text);
  expect(await push(at.project, { plan })).toMatchObject({ outcome: 'pushed' });
});

test.each(['pushed here', 'pushed elsewhere and pulled'])(
  'a plan that was %s and taken back says nothing of equal rows that come later',
  async (how) => {
    at.edit("INSERT INTO log VALUES ('equal')");
    await diff(at.project, { save: plan });
    if (how === 'pushed here') {
      await push(at.project, { plan });
      await undo(at.project);
    } else {
      const { project: elsewhere } = await at.beside('elsewhere');
      await init(elsewhere);
      await push(elsewhere, { plan });
      await pull(at.project);
      await undo(elsewhere);
      await pull(at.project);
    }
    at.edit("INSERT INTO log VALUES ('equal')");
    at.editRemote('UPDATE t SET v = 9 WHERE id = 1');
    expect(await pull(at.project)).toMatchObject({ pending: 1 });
    await push(at.project);
    expect(at.queryRemote('SELECT line FROM log').flat()).toEqual(['first', 'equal']);
  },
);

describe('once it was taken back', () => {
  test('a plan of rows with keys is pushed again', async () => {
    at.edit("UPDATE t SET v = 'planned' WHERE id = 1");
    await diff(at.project, { save: plan });
    await push(at.project, { plan });
    await undo(at.project);
    for (const alreadyThere of [0, 1]) {
      expect(await push(at.project, { plan })).toMatchObject({ outcome: 'pushed', alreadyThere });
      expect(at.queryRemote('SELECT v FROM t')).toEqual([['planned'], [2], [3]]);
    }
  });

  test('a plan that adds rows without a key comes back by undoing the undo', async () => {
    at.edit("INSERT INTO log VALUES ('planned')");
    await diff(at.project, { save: plan });
    await push(at.project, { plan });
    await undo(at.project);
    expect(await push(at.project, { plan })).toMatchObject({ outcome: 'nothing' });
    expect(at.queryRemote('SELECT line FROM log')).toEqual([['first']]);
    await undo(at.project);
    expect(await push(at.project, { plan })).toMatchObject({ outcome: 'nothing' });
    expect(at.queryRemote('SELECT line FROM log')).toEqual([['first'], ['planned']]);
  });
});

test('it deletes rows that came after the base of the folder that pushes it', async () => {
  const { project: elsewhere } = await at.beside('elsewhere');
  await init(elsewhere);
  at.editRemote("INSERT INTO t VALUES (4, 4, 4); INSERT INTO log VALUES ('second')");
  await pull(at.project);
  at.edit("DELETE FROM t WHERE id = 4; DELETE FROM log WHERE line = 'second'");
  await diff(at.project, { save: plan });
  expect(await push(elsewhere, { plan })).toMatchObject({
    outcome: 'pushed',
    changes: { total: { insert: 0, update: 0, delete: 2 } },
  });
  expect(at.queryRemote('SELECT count(*) FROM t')).toEqual([[3]]);
  expect(at.queryRemote('SELECT line FROM log')).toEqual([['first']]);
});
