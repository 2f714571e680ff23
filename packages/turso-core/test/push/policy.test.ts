import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { diff } from '../../src/commands/diff';
import { init } from '../../src/commands/init';
import { push, type PushResult } from '../../src/commands/push';
import { undo } from '../../src/commands/undo';
import type { BrokenRule } from '../../src/plan/plan';
import type { Policy } from '../../src/policy/policy';
import { digestsOf } from '../fixtures/cli.fixture';
import { makeFileProject, type FileProject } from '../fixtures/project.fixture';

/** Tables of each kind: with a key, without one, without a rowid, empty, full-text, and with one row. */
const BASE = `
  CREATE TABLE people(id INTEGER PRIMARY KEY, name, mail);
  INSERT INTO people VALUES (1, 'Ada', 'a@x'), (2, 'Bob', 'b@x'), (3, 'Cyd', 'c@x'), (4, 'Dan', 'd@x');
  CREATE TABLE log(line); INSERT INTO log VALUES ('same'), ('same'), ('same');
  CREATE TABLE codes(code TEXT PRIMARY KEY, text) WITHOUT ROWID; INSERT INTO codes VALUES ('a', 'x'), ('b', 'y');
  CREATE TABLE none(a);
  CREATE TABLE settings(key PRIMARY KEY, value); INSERT INTO settings VALUES ('theme', 'dark');
  CREATE VIRTUAL TABLE words USING fts5(word); INSERT INTO words VALUES ('one'), ('two');
  CREATE INDEX by_name ON people(name)`;

async function start(policy: Policy = {}): Promise<FileProject> {
  const at = await makeFileProject(BASE, { policy });
  await init(at.project);
  return at;
}

/** The rules that a push broke, with their tables. */
const brokenIn = ({ plan }: Pick<PushResult, 'plan'>): string[] =>
  (plan?.verdict?.broken ?? []).map((b) => b.exception);

describe('without a policy, a push is refused if', () => {
  test.each([
    ['all rows of a table are deleted', 'DELETE FROM people', ['deleteAllRows:people']],
    ['all rows that nothing tells apart are', 'DELETE FROM log', ['deleteAllRows:log']],
    ['all rows of a table without a rowid are', 'DELETE FROM codes', ['deleteAllRows:codes']],
    ['all rows of a full-text table are', 'DELETE FROM words', ['deleteAllRows:words']],
    ['all rows of a renamed table are', 'ALTER TABLE people RENAME TO p; DELETE FROM p', ['deleteAllRows:p']],
    ['a table with rows is dropped', 'DROP TABLE people', ['dropTable:people']],
    ['a table with one row is dropped', 'DROP TABLE settings', ['dropTable:settings']],
    ['a full-text table is dropped', 'DROP TABLE words', ['dropTable:words']],
    [
      'a view takes the place of a table',
      'DROP TABLE log; CREATE VIEW log AS SELECT 1 AS line',
      ['dropTable:log'],
    ],
    ['several of these', 'DELETE FROM codes; DROP TABLE log', ['dropTable:log', 'deleteAllRows:codes']],
    [
      'the working copy has none of its tables',
      `DROP TABLE people; DROP TABLE log; DROP TABLE codes; DROP TABLE none; DROP TABLE settings; DROP TABLE words;
       CREATE TABLE migrations(id)`,
      ['dropAllTables'],
    ],
  ])('%s', async (_, edit, broken) => {
    const at = await start();
    const remote = at.queryRemote('SELECT count(*) FROM people');
    at.edit(edit);
    const { outcome, plan, conflicts } = await push(at.project);
    expect({ outcome, broken: brokenIn({ plan }), conflicts }).toEqual({
      outcome: 'refused',
      broken,
      conflicts: [],
    });
    expect(at.queryRemote('SELECT count(*) FROM people')).toEqual(remote);
    // Each of them allows it.
    expect(await push(at.project, { allow: broken })).toMatchObject({ outcome: 'pushed' });
    expect((await diff(at.project)).changes.total).toEqual({ delete: 0, update: 0, insert: 0 });
  });
});

test.each([
  ['some rows are deleted', 'DELETE FROM people WHERE id > 1; DELETE FROM log WHERE rowid > 1'],
  ['the only row of a table is deleted', 'DELETE FROM settings'],
  [
    'all rows are replaced',
    "DELETE FROM people; INSERT INTO people(id, name) VALUES (9, 'new'), (10, 'newer')",
  ],
  ['a table is dropped that was empty', 'DROP TABLE none'],
  [
    'a table is rebuilt',
    'CREATE TABLE n(id INTEGER PRIMARY KEY, name, mail TEXT); INSERT INTO n SELECT * FROM people; DROP TABLE people; ALTER TABLE n RENAME TO people',
  ],
  ['a table is renamed', 'ALTER TABLE people RENAME TO persons'],
  ['a column is dropped', 'ALTER TABLE people DROP COLUMN mail'],
  ['an index is dropped', 'DROP INDEX by_name'],
])('without a policy, a push goes through if %s', async (_, edit) => {
  const at = await start();
  at.edit(edit);
  expect(await push(at.project)).toMatchObject({
    outcome: 'pushed',
    plan: { verdict: { outcome: 'allowed', broken: [], excepted: [] } },
  });
});

describe('a rule', () => {
  const EDIT = `DELETE FROM people WHERE id > 2; UPDATE people SET name = 'A', mail = 'x' WHERE id = 1;
    INSERT INTO codes VALUES ('c', 'z'); DELETE FROM log WHERE rowid < 3`;

  test.each<[Policy, string, Partial<BrokenRule>[]]>([
    [{ maxDeletedRows: 4 }, EDIT, []],
    [{ maxDeletedRows: 3 }, EDIT, [{ rule: 'maxDeletedRows', table: null, count: 4, limit: 3 }]],
    [{ maxDeletedRows: 0 }, 'DELETE FROM settings', [{ rule: 'maxDeletedRows', count: 1, limit: 0 }]],
    [{ maxDeletedPercent: 70 }, EDIT, []],
    [{ maxDeletedPercent: 50 }, EDIT, [{ rule: 'maxDeletedPercent', table: 'log', count: 2, limit: 1 }]],
    [
      { maxDeletedPercent: 49.9 },
      EDIT.replaceAll('people', 'p').replace('DELETE', 'ALTER TABLE people RENAME TO p; DELETE'),
      [{ table: 'log' }, { table: 'p', count: 2, limit: 1 }],
    ],
    [{ maxChangedRows: 6 }, EDIT, []],
    [{ maxChangedRows: 5 }, EDIT, [{ rule: 'maxChangedRows', table: null, count: 6, limit: 5 }]],
    // 2 of people, 2 entries of by_name, 1 of codes, 2 of log; and the receipt.
    [{ maxRowsWritten: 9 }, EDIT, []],
    [{ maxRowsWritten: 8 }, EDIT, [{ rule: 'maxRowsWritten', table: null, count: 9, limit: 8 }]],
    [{ maxRowsWritten: 1 }, 'CREATE INDEX by_mail ON people(mail)', [{ rule: 'maxRowsWritten', count: 7 }]],
    [{ protectedTables: ['none'] }, EDIT, []],
    [
      { protectedTables: ['PEOPLE', 'Codes'] },
      EDIT,
      [
        { rule: 'protectedTables', table: 'people', count: 3 },
        { rule: 'protectedTables', table: 'codes', count: 1 },
      ],
    ],
    [{ protectedTables: ['people'] }, 'DROP INDEX by_name', [{ table: 'people', count: 1 }]],
    [{ protectedTables: ['people'] }, 'ALTER TABLE people RENAME TO p', [{ rule: 'protectedTables' }]],
    [{ protectedTables: ['later'] }, 'CREATE TABLE later(a)', [{ table: 'later' }]],
    [{ protectedColumns: ['people.id', 'codes.text'] }, EDIT, []],
    [{ protectedColumns: ['People.MAIL'] }, EDIT, [{ rule: 'protectedColumns', table: 'people', count: 1 }]],
    [{ protectedColumns: ['people.mail'] }, 'ALTER TABLE people DROP COLUMN mail', [{ table: 'people' }]],
    [
      { protectedColumns: ['people.mail'] },
      'ALTER TABLE people RENAME COLUMN mail TO email',
      [{ table: 'people', message: 'people.mail is protected, and is renamed.' }],
    ],
    [
      { protectedColumns: ['Log.line'], allow: { dropTable: true } },
      'DROP TABLE log',
      [{ rule: 'protectedColumns', message: 'log.line is protected, and is dropped.' }],
    ],
    [
      { protectedColumns: ['codes.text'], allow: { deleteAllRows: true } },
      'DROP TABLE codes; CREATE TABLE codes(x)',
      [{ rule: 'protectedColumns', message: 'codes.text is protected, and is dropped.' }],
    ],
    [
      { allow: { dropColumn: false, deleteAllRows: true } },
      'DROP TABLE codes; CREATE TABLE codes(code)',
      [{ rule: 'dropColumn', table: 'codes', count: 1 }],
    ],
    [{ allow: { dropColumn: false, dropTable: true } }, 'DROP TABLE log', []],
    [{ requirePlan: true }, EDIT, [{ rule: 'requirePlan', table: null }]],
    [
      { allow: { dropColumn: false } },
      'ALTER TABLE people DROP COLUMN mail',
      [{ rule: 'dropColumn', table: 'people', count: 1 }],
    ],
    [{ allow: { dropColumn: false } }, 'ALTER TABLE people RENAME COLUMN mail TO email', []],
    [{ allow: { changeSchema: false } }, EDIT, []],
    [{ allow: { changeSchema: false } }, 'CREATE VIEW v AS SELECT 1', [{ rule: 'changeSchema', table: 'v' }]],
    [{ allow: { deleteAllRows: true, dropTable: true } }, 'DELETE FROM people; DROP TABLE log', []],
    [
      { allow: { deleteAllRows: true } },
      'DELETE FROM people; DROP TABLE log',
      [{ rule: 'dropTable', table: 'log' }],
    ],
  ])('%j judges: %s', async (policy, edit, broken) => {
    const at = await start(policy);
    at.edit(edit);
    const before = digestsOf(path.dirname(at.remote))['remote.db'];
    const judged = await diff(at.project);
    expect(judged.plan.verdict).toMatchObject({
      outcome: broken.length === 0 ? 'allowed' : 'refused',
      broken,
    });
    expect(judged.plan.verdict?.broken).toHaveLength(broken.length);
    const dry = await push(at.project, { dryRun: true });
    expect(dry.outcome).toBe(broken.length === 0 ? 'dry-run' : 'refused');
    const result = await push(at.project);
    expect({ outcome: result.outcome, verdict: result.plan?.verdict }).toEqual({
      outcome: broken.length === 0 ? 'pushed' : 'refused',
      verdict: judged.plan.verdict,
    });
    if (broken.length === 0) return;
    expect(digestsOf(path.dirname(at.remote))['remote.db']).toBe(before);
    expect(existsSync(at.project.files.pushJournal)).toBe(false);
    const allowed = await push(at.project, { allow: brokenIn(result) });
    expect(allowed).toMatchObject({
      outcome: 'pushed',
      plan: { verdict: { outcome: 'allowed', broken: [] } },
    });
    expect(allowed.plan?.verdict?.excepted).toEqual(judged.plan.verdict?.broken);
  });
});

test('a limit of written rows for one push is never higher than the policy, and an exception lifts both', async () => {
  const at = await start({ maxRowsWritten: 5 });
  at.edit("UPDATE people SET name = name || '!'");
  for (const [maxRowsWritten, limit, by] of [
    [1, 1, '--max-rows-written'],
    [1000, 5, '"maxRowsWritten" in the config'],
  ] as const) {
    const message = `The server would write up to 10 rows, index entries included, and ${by} allows ${limit}.`;
    expect(await push(at.project, { maxRowsWritten })).toMatchObject({
      outcome: 'refused',
      plan: { verdict: { broken: [{ rule: 'maxRowsWritten', count: 10, limit, message }] } },
    });
  }
  const lifted = { ...at.project, policy: { maxRowsWritten: null } };
  expect(await push(lifted, { dryRun: true, maxRowsWritten: 10 })).toMatchObject({ outcome: 'dry-run' });
  expect(await push(at.project, { maxRowsWritten: 1, allow: ['maxRowsWritten'] })).toMatchObject({
    outcome: 'pushed',
  });
});

test('an exception for a table leaves that table out of what all of them may change', async () => {
  const at = await start({ maxDeletedRows: 2, maxChangedRows: 3 });
  at.edit('DELETE FROM people WHERE id > 1; DELETE FROM log; DELETE FROM settings');
  const allow = ['maxChangedRows', 'deleteAllRows:LOG', 'maxDeletedRows:people'];
  const refused = await push(at.project, { allow });
  expect(refused.plan?.verdict?.broken).toMatchObject([{ rule: 'maxDeletedRows', count: 4, limit: 2 }]);
  expect(await push(at.project, { allow: [...allow, 'maxDeletedRows:log'] })).toMatchObject({
    outcome: 'pushed',
  });
});

test('a saved plan is judged when it is pushed, by the policy of then', async () => {
  const at = await start({ requirePlan: true });
  at.edit('DELETE FROM people');
  const file = path.join(at.project.directory, 'plan.json');
  const { plan } = await diff(at.project, { save: file });
  expect(brokenIn({ plan })).toEqual(['deleteAllRows:people']);
  const refused = await push(at.project, { plan: file });
  expect({ outcome: refused.outcome, broken: brokenIn(refused) }).toEqual({
    outcome: 'refused',
    broken: ['deleteAllRows:people'],
  });
  // What stands in the file says nothing of what is allowed.
  const text = readFileSync(file, 'utf8');
  expect(text).toContain('"outcome": "refused"');
  const lenient = { ...at.project, policy: { allow: { deleteAllRows: true } } };
  expect(await push(lenient, { plan: file })).toMatchObject({ outcome: 'pushed' });
});

test('an undo takes back what was allowed, whatever the policy says', async () => {
  const at = await start();
  at.edit('INSERT INTO none VALUES (1), (2), (3); CREATE TABLE more(a); INSERT INTO more VALUES (1), (2)');
  await push(at.project);
  const strict = {
    ...at.project,
    policy: { maxDeletedRows: 0, protectedTables: ['none'], requirePlan: true },
  };
  expect(await undo(strict)).toMatchObject({ outcome: 'undone' });
  expect(at.queryRemote('SELECT count(*) FROM none')).toEqual([[0]]);
});

test('warns if it protects what is not there, or what SQLite computes', async () => {
  const at = await start({
    protectedTables: ['people', 'peple', 'Seen', 'gone'],
    protectedColumns: ['people.mial', 'log.line', 'sums.B', 'sums.a', 'gone.x'],
  });
  at.edit(`DELETE FROM settings; CREATE TABLE sums(a, b AS (a + 1)); CREATE VIEW seen AS SELECT 1`);
  const { warnings } = await push(at.project, { allow: ['protectedTables:seen'] });
  expect(warnings).toEqual([
    'The policy protects what is neither in the base nor in the working copy: peple, gone, people.mial, gone.x.',
    'The policy cannot protect columns that SQLite computes: sums.B. Protect those that they are computed from.',
  ]);
});

test.each([
  ['dropTables', 'Did you mean "dropTable"?'],
  ['', 'The rules are'],
  [':people', 'The rules are'],
  ['toString', 'The rules are'],
  ['dropTable:', 'Write the rule and the table'],
])('refuses the exception "%s"', async (exception, hint) => {
  const at = await start();
  at.edit('DELETE FROM people');
  const failed = push(at.project, { allow: [exception] });
  await expect(failed).rejects.toMatchObject({ code: 'USAGE' });
  if (exception !== '')
    await expect(failed).rejects.toMatchObject({ hint: expect.stringContaining(hint) as string });
});
