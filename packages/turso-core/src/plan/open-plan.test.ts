import { execFileSync } from 'node:child_process';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeTempDir } from '@turso-sync/testing';
import { makeFileProject, type FileProject } from '../../test/fixtures/project.fixture';
import { diff } from '../commands/diff';
import { init } from '../commands/init';
import { push } from '../commands/push';
import { pushes, undo } from '../commands/undo';
import { RawText } from '../sqlite/values/values';
import { openPlan } from './open-plan';
import type { Plan, PlanRow } from './plan';

let at: FileProject;
let file: string;

beforeEach(() => {
  file = path.join(makeTempDir(), 'plan.json');
});

async function make(sql: string): Promise<void> {
  at = await makeFileProject(sql);
  await init(at.project);
}

async function rowsOf(plan: Plan | null, table?: string): Promise<PlanRow[]> {
  const rows: PlanRow[] = [];
  for await (const row of plan?.rows(table) ?? []) rows.push(row);
  return rows;
}

describe('rows', () => {
  const BASE = `CREATE TABLE contacts(id INTEGER PRIMARY KEY, name, "__proto__", note);
    INSERT INTO contacts VALUES (1, 'Ada', 1, 'x'), (2, 'Bob', 2, 'y');
    CREATE TABLE log(line); INSERT INTO log VALUES ('first')`;
  const EDIT = `UPDATE contacts SET name = 9007199254740993, "__proto__" = -0.5 WHERE id = 1; DELETE FROM contacts WHERE id = 2;
    INSERT INTO contacts VALUES (3, x'00ff', CAST(x'ff' AS TEXT), NULL); INSERT INTO log VALUES ('second')`;
  const values = (entries: [string, unknown][]): unknown => Object.fromEntries(entries);
  const DELETED = {
    ...{ kind: 'delete', table: 'contacts', key: { id: 2n }, columns: [], new: null },
    old: values([
      ['id', 2n],
      ['name', 'Bob'],
      ['__proto__', 2n],
      ['note', 'y'],
    ]),
  };
  const INSERTED = {
    ...{ kind: 'insert', table: 'contacts', key: { id: 3n }, columns: [], old: null },
    new: values([
      ['id', 3n],
      ['name', Uint8Array.of(0, 255)],
      ['__proto__', new RawText(Uint8Array.of(255))],
      ['note', null],
    ]),
  };
  const updated = (...rest: [string, unknown][]): unknown => ({
    ...{ kind: 'update', table: 'contacts', key: { id: 1n }, columns: ['name', '__proto__'] },
    old: values([['id', 1n], ['name', 'Ada'], ['__proto__', 1n], ...rest]),
    new: values([['id', 1n], ['name', 9007199254740993n], ['__proto__', -0.5], ...rest]),
  });

  beforeEach(async () => {
    await make(BASE);
    at.edit(EDIT);
  });

  test('of a diff are exact, and can be read again', async () => {
    const { plan } = await diff(at.project);
    const expected = [DELETED, updated(), INSERTED];
    expect(await rowsOf(plan, 'contacts')).toEqual(expected);
    expect(await rowsOf(plan, 'contacts')).toEqual(expected);
    expect((await rowsOf(plan)).map(({ table, kind }) => `${kind} ${table}`)).toEqual([
      ...['insert log', 'delete contacts', 'update contacts', 'insert contacts'],
    ]);
  });

  test('of a saved plan have all columns', async () => {
    await diff(at.project, { save: file });
    expect(await rowsOf(openPlan(file), 'contacts')).toEqual([DELETED, updated(['note', 'x']), INSERTED]);
  });

  test('of a push, a dry run and a record are the same', async () => {
    const tried = await push(at.project, { dryRun: true });
    expect(await rowsOf(tried.plan, 'contacts')).toEqual([DELETED, updated(), INSERTED]);
    const { plan } = await push(at.project);
    expect(await rowsOf(plan, 'contacts')).toEqual([DELETED, updated(), INSERTED]);
    const record = openPlan(pushes(at.project)[0]?.file ?? '');
    expect(await rowsOf(record, 'contacts')).toEqual([DELETED, updated(), INSERTED]);
    expect(record).toMatchObject({
      pushed: { undoes: null, notInBase: false, movedRowids: [] },
      saved: null,
    });
  });

  test('of a table that the plan does not name are an error', async () => {
    const { plan } = await diff(at.project);
    await expect(rowsOf(plan, 'people')).rejects.toMatchObject({ code: 'TABLE_NOT_FOUND' });
  });

  test('are not those of a plan that took the place of this one', async () => {
    const { plan } = await diff(at.project);
    at.edit('DELETE FROM contacts');
    await diff(at.project);
    await expect(rowsOf(plan)).rejects.toMatchObject({ code: 'CHANGES_UNREADABLE' });
  });

  test('go on although another plan takes the place of this one', async () => {
    const { plan } = await diff(at.project, { save: file });
    const kinds: string[] = [];
    for await (const { kind } of plan.rows()) {
      kinds.push(kind);
      writeFileSync(`${file}.new`, '{}');
      renameSync(`${file}.new`, file);
    }
    expect(kinds).toEqual(['insert', 'delete', 'update', 'insert']);
  });

  test('are read one by one: damage behind them does not matter yet', async () => {
    await diff(at.project, { save: file });
    writeFileSync(file, readFileSync(file, 'utf8').slice(0, -8));
    const { value } = (await openPlan(file).rows()[Symbol.asyncIterator]().next()) as { value: PlanRow };
    expect(value).toMatchObject({ kind: 'insert', table: 'log', new: { line: 'second' } });
  });

  test.each([
    ['a row with too few values', (text: string) => text.replace('[2,"Bob",2,"y"]', '[2]')],
    ['an update without its key', (text: string) => text.replace('"key":[1]', '"key":[]')],
    ['a value of no class', (text: string) => text.replace('"Bob"', 'true')],
    ['a file that is cut off', (text: string) => text.slice(0, -8)],
  ])('of %s are an error', async (_, edit) => {
    await diff(at.project, { save: file });
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, edit(text));
    expect(edit(text)).not.toBe(text);
    await expect(rowsOf(openPlan(file))).rejects.toMatchObject({ code: 'CHANGES_UNREADABLE' });
  });
});

test('rows that nothing tells apart are counted', async () => {
  await make('CREATE TABLE t(rowid, oid, _rowid_); INSERT INTO t VALUES (1, 2, 3), (1, 2, 3)');
  at.edit('DELETE FROM t');
  const { plan } = await diff(at.project);
  expect(await rowsOf(plan)).toEqual([
    {
      ...{ kind: 'delete', table: 't', key: {}, columns: [], new: null, copies: { from: 2, to: 0 } },
      old: { rowid: 1n, oid: 2n, _rowid_: 3n },
    },
  ]);
});

test('definitions are there before and after, and findings say what a push does to them', async () => {
  await make(`CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 1); CREATE TABLE gone(x);
    CREATE TABLE u(x); INSERT INTO u VALUES (1); CREATE TRIGGER logs AFTER DELETE ON u BEGIN SELECT 1; END`);
  at.edit('ALTER TABLE t RENAME TO s; DROP TABLE gone; DELETE FROM u; PRAGMA application_id = 7');
  const { plan } = await diff(at.project);
  const none = { type: 'table', renamedFrom: null, rebuilt: false, statements: [] };
  expect(plan.changes.schema).toEqual([
    { ...none, action: 'drop', name: 'gone', table: 'gone', before: 'CREATE TABLE gone(x)', after: null },
    {
      ...{ ...none, action: 'alter', name: 's', table: 's', renamedFrom: 't' },
      before: 'CREATE TABLE t(id INTEGER PRIMARY KEY, v)',
      after: 'CREATE TABLE "s"(id INTEGER PRIMARY KEY, v)',
      statements: [expect.stringContaining('RENAME TO')],
    },
  ]);
  expect(plan.findings.map(({ code, table }) => [code, table])).toEqual([
    ['not-carried', null],
    ['trigger-set-aside', 'u'],
  ]);
});

describe('a new column that a push fills', () => {
  const EDIT = `CREATE TABLE n(id INTEGER PRIMARY KEY, v, w NOT NULL); INSERT INTO n SELECT id, v, 'it''s' FROM t;
    DROP TABLE t; ALTER TABLE n RENAME TO t`;
  const save = async (): Promise<string> => {
    await make('CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 1)');
    at.edit(EDIT);
    const file = path.join(at.project.directory, 'plan.json');
    const { plan } = await diff(at.project, { save: file });
    expect(plan.changes).toMatchObject({
      tables: [],
      schema: [{ filled: [{ column: 'w', value: "it's" }] }],
    });
    return file;
  };

  test('is in a saved plan, with its value, also for the rows of others', async () => {
    const file = await save();
    at.editRemote("INSERT INTO t VALUES (2, 'theirs')");
    expect(await push(at.project, { plan: file })).toMatchObject({ outcome: 'pushed' });
    expect(at.queryRemote('SELECT * FROM t')).toEqual([
      [1, 1, "it's"],
      [2, 'theirs', "it's"],
    ]);
  });

  test.each([
    ['is no list', { column: 'w', value: 1 }],
    ['has an entry of no kind', [null]],
    ['has no value', [{ column: 'w', value: null }]],
    ['has a double', [{ column: 'w', value: { real: '0.5' } }]],
    ['has SQL in the place of a name', [{ column: 7, value: 'x' }]],
  ])('is refused in a file where it %s', async (_, filled) => {
    const file = await save();
    const [text, before] = [readFileSync(file, 'utf8'), at.queryRemote('SELECT * FROM t')];
    const tampered = text.replace(/"filled": \[[^\]]*\]/, `"filled": ${JSON.stringify(filled)}`);
    expect(tampered).not.toBe(text);
    writeFileSync(file, tampered);
    await expect(push(at.project, { plan: file })).rejects.toMatchObject({ code: 'CHANGES_UNREADABLE' });
    expect(at.queryRemote('SELECT * FROM t')).toEqual(before);
  });
});

test('the head tells what the changes start from, and nothing that nobody has found out', async () => {
  await make('CREATE TABLE t(x)');
  const { plan } = await diff(at.project);
  const { createdAt, fingerprint } = JSON.parse(
    readFileSync(at.project.files.base.manifest, 'utf8'),
  ) as Record<string, string>;
  expect(plan).toMatchObject({
    ...{
      version: 2,
      remote: at.project.address().location,
      environment: null,
      base: { createdAt, fingerprint },
    },
    ...{ saved: null, pushed: null, cost: null, findings: [] },
    verdict: { outcome: 'allowed', broken: [], excepted: [] },
  });
});

describe('files of other versions', () => {
  const DATA = `CREATE TABLE t(id INTEGER PRIMARY KEY, v, w); INSERT INTO t VALUES (1, 1, 1), (2, 2, 2), (3, 3, 3);
    CREATE TABLE log(line); INSERT INTO log VALUES ('first')`;
  const ofVersion1 = (name: string): string => {
    const text = readFileSync(path.join(__dirname, '../../test/fixtures/version-1', `${name}.txt`), 'utf8');
    return text.replaceAll('REMOTE', at.project.address().location);
  };

  beforeEach(() => make(DATA));

  test.each([
    ['plan', ['delete t', 'insert log', 'update t']],
    ['plan-of-definitions', ['update t']],
  ])('a %s of version 1 is pushed', async (name, kinds) => {
    // Its receipt would be too old.
    writeFileSync(file, ofVersion1(name).replace(/"turso_sync_receipt[^"]*"/, 'null'));
    const plan = openPlan(file);
    expect(plan).toMatchObject({ version: 2, base: null });
    expect((await rowsOf(plan)).map(({ kind, table }) => `${kind} ${table}`).sort()).toEqual(kinds);
    expect(await push(at.project, { plan: file })).toMatchObject({ outcome: 'pushed' });
  });

  test.each([
    [
      'push',
      `UPDATE t SET v = 'one' WHERE id = 1; DELETE FROM t WHERE id = 2; INSERT INTO log VALUES ('second')`,
    ],
    ['push-of-definitions', `UPDATE t SET v = 'more' WHERE id = 3; ALTER TABLE t DROP COLUMN w`],
  ])('a %s that version 1 recorded is undone', async (name, edit) => {
    if (name === 'push-of-definitions') {
      at.edit("UPDATE t SET v = 'one' WHERE id = 1; DELETE FROM t WHERE id = 2");
      await push(at.project);
    }
    const before = at.queryRemote('SELECT * FROM t');
    at.edit(edit);
    await push(at.project);
    const [latest] = pushes(at.project);
    writeFileSync(latest?.file ?? '', ofVersion1(name));
    rmSync((latest?.file ?? '').replace('.json', '.sha256'));
    if (name === 'push-of-definitions') {
      const inverse = (latest?.file ?? '').replace('.json', '.inverse.json');
      renameSync(inverse, file);
    }
    expect(pushes(at.project)[0]?.changes.total.update).toBe(1);
    expect(await undo(at.project)).toMatchObject({ outcome: 'undone' });
    expect(at.queryRemote('SELECT * FROM t')).toEqual(before);
  });

  test('a newer one is refused, with a hint of its own, and nothing is changed', async () => {
    at.edit('DELETE FROM t');
    await diff(at.project, { save: file });
    writeFileSync(file, readFileSync(file, 'utf8').replace('"version": 2', '"version": 3'));
    const refused = { code: 'PLAN_TOO_NEW', hint: expect.stringContaining('Update turso-sync') as string };
    expect(() => openPlan(file)).toThrow(expect.objectContaining(refused) as Error);
    await expect(push(at.project, { plan: file })).rejects.toMatchObject(refused);
    expect(at.queryRemote('SELECT count(*) FROM t')).toEqual([[3]]);
  });

  test.each(['{}', '', 'text', '[]', 'null'])('what is no plan is refused: %s', (text) => {
    writeFileSync(file, text);
    expect(() => openPlan(file)).toThrow(expect.objectContaining({ code: 'CHANGES_UNREADABLE' }) as Error);
  });

  test('a file that is not there is refused', () => {
    expect(() => openPlan(file)).toThrow(expect.objectContaining({ code: 'CHANGES_UNREADABLE' }) as Error);
  });
});

test.each(['a pipe', 'a device'])('%s is no plan, and is not waited for', (kind) => {
  if (kind === 'a pipe') execFileSync('mkfifo', [file]);
  expect(() => openPlan(kind === 'a pipe' ? file : '/dev/zero')).toThrow(
    expect.objectContaining({ code: 'CHANGES_UNREADABLE' }) as Error,
  );
});
