import fs from 'node:fs';
import path from 'node:path';
import { buildDatabase, editDatabase, makeTempDir } from '@turso-sync/testing';
import diff from './diff';
import dump from './dump';
import init from './init';
import pull from './pull';
import push from './push';
import snapshot from './snapshot';
import { makeApp, type TaskRun, type TestApp } from './task.fixture';
import undo from './undo';
import verify from './verify';

// Nx keeps the output of a task. These stand for values that must not be in it.
const VALUES = { old: 'value-before', mine: 'value-of-mine', theirs: 'value-of-theirs' };

const BASE = `CREATE TABLE person(id INTEGER PRIMARY KEY, name TEXT UNIQUE, note);
  INSERT INTO person VALUES (1, '${VALUES.old}', 'value-kept'), (2, 'value-other', NULL)`;

let app: TestApp;
let remote: string;
let workingCopy: string;

beforeEach(async () => {
  remote = path.join(makeTempDir(), 'remote.db');
  buildDatabase(remote, BASE);
  app = await makeApp({ TURSO_DATABASE_URL: `file:${remote}` });
  workingCopy = path.join(app.directory, 'working_copy.db');
  await app.run(snapshot, 'turso-snapshot');
  await app.run(init, 'turso-init');
});

const editBoth = (mine: string, theirs: string): void => {
  editDatabase(workingCopy, mine);
  editDatabase(remote, theirs);
};

const stateFile = (name: string): string =>
  fs.readFileSync(path.join(app.directory, '.turso', 'default', name), 'utf8');

/** Returns the output, after a check that no value is in it. */
function printed({ stdout, stderr }: TaskRun): string {
  expect(stdout + stderr).not.toContain('value-');
  return stdout + stderr;
}

const VERBOSE = { verbose: true };

describe.each([
  [
    'columns of one row',
    `UPDATE person SET name='${VALUES.mine}', note='value-note' WHERE id=1`,
    `UPDATE person SET name='${VALUES.theirs}' WHERE id=1`,
    'columns: name',
  ],
  [
    'a row that is gone',
    `UPDATE person SET name='${VALUES.mine}' WHERE id=1`,
    'DELETE FROM person WHERE id=1',
    'columns: name',
  ],
  [
    'the same key',
    `INSERT INTO person VALUES (3, '${VALUES.mine}', 1)`,
    `INSERT INTO person VALUES (3, '${VALUES.theirs}', 2)`,
    'person id=3',
  ],
  [
    'a name that is taken',
    `INSERT INTO person VALUES (3, '${VALUES.mine}', 1)`,
    `INSERT INTO person VALUES (4, '${VALUES.mine}', 2)`,
    'person id=3',
  ],
])('a conflict over %s', (_, mine, theirs, says) => {
  test.each([
    ['push', push],
    ['pull', pull],
  ] as const)(
    'names tables, keys and columns at a %s, and keeps the values in conflicts.json',
    async (name, run) => {
      editBoth(mine, theirs);
      const text = printed(await app.run(run, `turso-${name}`, VERBOSE));
      expect(text).toContain(says);
      expect(text).toContain(
        `The values are in ${path.join(app.directory, '.turso/default/conflicts.json')}.`,
      );
      expect(stateFile('conflicts.json')).toContain(VALUES.mine);
    },
  );

  test('names as much when it is resolved', async () => {
    editBoth(mine, theirs);
    const { success, ...run } = await app.run(push, 'turso-push', { ...VERBOSE, onConflict: 'theirs' });
    expect(success).toBe(true);
    expect(printed({ success, ...run })).toContain('1 conflict resolved:');
  });
});

test('what an undo cannot take back is told without values', async () => {
  editDatabase(workingCopy, `UPDATE person SET name='${VALUES.mine}' WHERE id=1`);
  printed(await app.run(push, 'turso-push', VERBOSE));
  editDatabase(remote, `UPDATE person SET name='${VALUES.theirs}' WHERE id=1`);
  const run = await app.run(undo, 'turso-undo', VERBOSE);
  expect(run.success).toBe(false);
  expect(printed(run)).toContain('columns: name');
  expect(stateFile('conflicts.json')).toContain(VALUES.theirs);
});

test('the rows that a diff is asked for go to a file', async () => {
  editDatabase(
    workingCopy,
    `UPDATE person SET name='${VALUES.mine}' WHERE id=1; DELETE FROM person WHERE id=2`,
  );
  const text = printed(await app.run(diff, 'turso-diff', { values: true }));
  expect(text).toContain(`Rows: ${path.join(app.directory, '.turso/default/rows.txt')}\n`);
  expect(stateFile('rows.txt')).toContain(`'${VALUES.old}'  '${VALUES.mine}'`);
  await app.run(diff, 'turso-diff', { limit: 1 });
  expect(stateFile('rows.txt')).toContain('... and 1 more');
  printed(await app.run(verify, 'turso-verify', VERBOSE));
});

test('a dump goes to a file, and never to what Nx keeps', async () => {
  expect(printed(await app.run(dump, 'turso-dump'))).toContain('original_dump.sql');
  expect(stateFile('base/original_dump.sql')).toContain(VALUES.old);
  for (const options of [{ remote: true }, { workingCopy: true }, { output: '-' }]) {
    const run = await app.run(dump, 'turso-dump', options);
    expect(run.success).toBe(false);
    expect(printed(run)).toMatch(/^USAGE: .*\n {2}Name a file: `--output dump\.sql`\.\n$/);
  }
  const output = path.join(makeTempDir(), 'remote.sql');
  printed(await app.run(dump, 'turso-dump', { remote: true, output }));
  expect(fs.readFileSync(output, 'utf8')).toContain(VALUES.old);
  expect(printed(await app.run(dump, 'turso-dump', { remote: true, workingCopy: true }))).toContain('USAGE');
});
