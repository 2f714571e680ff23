import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { compareDatabases, editDatabase, makeTempDir } from '@turso-sync/testing';
import { init } from '../../src/commands/init';
import { push, type PushOptions } from '../../src/commands/push';
import { undo, type UndoOptions, type UndoResult } from '../../src/commands/undo';
import type { Project } from '../../src/project/project';
import { makeFileProject, type FileProject } from '../fixtures/project.fixture';

const NUMBERS = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10500)';

const TABLES = {
  'a key': 't(k INTEGER PRIMARY KEY AUTOINCREMENT, v, w)',
  'no key': 't(k, v, w)',
};

const EDIT = `UPDATE t SET v = CASE w WHEN 1 THEN x'00' WHEN 2 THEN -0.0 WHEN 3 THEN CAST(x'ff' AS TEXT) ELSE v || '!' END;
  DELETE FROM t WHERE w % 9 = 0; INSERT INTO t SELECT 100000 + w, 'new', -w FROM t WHERE w % 70 = 0`;

/** A pushed edit of many rows, and the remote from before. */
async function pushed(
  table = TABLES['a key'],
  edit = EDIT,
  options: PushOptions & { theirs?: string } = {},
): Promise<FileProject & { before: string }> {
  const { theirs, ...rest } = options;
  const at = await makeFileProject(
    `CREATE TABLE other(k INTEGER PRIMARY KEY); CREATE TABLE ${table}; ${NUMBERS} INSERT INTO t SELECT i, 'line ' || i, i FROM n`,
  );
  await init(at.project);
  at.edit(edit);
  if (theirs !== undefined) at.editRemote(theirs);
  const before = path.join(makeTempDir(), 'before.db');
  copyFileSync(at.remote, before);
  await push(at.project, rest);
  return { ...at, before };
}

function keptPages({ files: { base } }: Project): string[] {
  return readdirSync(base.directory).filter((name) => name.startsWith('before-push-'));
}

/** Undoes a push. Also returns whether its record was replayed. */
async function undoWatched(
  project: Project,
  options: UndoOptions = {},
): Promise<UndoResult & { replayed: boolean }> {
  let replayed = false;
  const result = await undo(project, {
    ...options,
    onEvent(event) {
      if (event.type === 'step' && event.what === 'replay') replayed = true;
    },
  });
  return { ...result, replayed };
}

describe.each(Object.entries(TABLES))('the undo of a large push to a table with %s', (_, table) => {
  test('restores the pages of the base, and keeps later edits on both sides', async () => {
    const { project, before, remote, ...at } = await pushed(table);
    expect(keptPages(project)).toEqual(['before-push-1']);
    // A state folder that came from a cache has no marker, and is known by what is in it.
    rmSync(path.join(project.files.directory, '.gitignore'));
    at.editRemote('INSERT INTO other VALUES(1)');
    at.edit('INSERT INTO other VALUES(2)');
    expect(await undoWatched(project)).toMatchObject({ outcome: 'undone', replayed: false });
    expect(keptPages(project)).toEqual([]);
    editDatabase(before, 'INSERT INTO other VALUES(1)');
    expect(compareDatabases(remote, before)).toEqual([]);
    editDatabase(before, 'UPDATE other SET k = 2');
    expect(compareDatabases(project.workingCopy, before)).toEqual([]);
  });
});

test('such an undo can be undone', async () => {
  const { project, remote, before } = await pushed();
  const after = `${before}.after`;
  copyFileSync(remote, after);
  await undo(project);
  expect(await undoWatched(project)).toMatchObject({ outcome: 'undone', replayed: true });
  expect(compareDatabases(remote, after)).toEqual([]);
  expect(compareDatabases(project.workingCopy, after)).toEqual([]);
});

test('nothing is written if somebody has changed one of the rows', async () => {
  const { project, remote, ...at } = await pushed();
  at.editRemote('UPDATE t SET v = 7 WHERE k = 1000');
  const theirs = `${at.before}.theirs`;
  copyFileSync(remote, theirs);
  expect(await undoWatched(project)).toMatchObject({
    outcome: 'conflict',
    conflicts: [{ key: { k: 1000n } }],
  });
  expect(compareDatabases(remote, theirs)).toEqual([]);
});

test('an undo reads the record if the pages are damaged', async () => {
  const { project, remote, before } = await pushed();
  const file = path.join(project.files.base.directory, 'before-push-1');
  const bytes = readFileSync(file);
  bytes.writeUInt8(bytes.readUInt8(5000) ^ 1, 5000);
  writeFileSync(file, bytes);
  expect(await undoWatched(project)).toMatchObject({ outcome: 'undone', replayed: true });
  expect(compareDatabases(remote, before)).toEqual([]);
});

test('an undo reads the record if the base has moved on', async () => {
  const { project, remote, before, ...at } = await pushed();
  at.edit('INSERT INTO other VALUES(1)');
  await push(project);
  expect(keptPages(project)).toEqual([]);
  expect(await undoWatched(project, { push: 1 })).toMatchObject({ outcome: 'undone', replayed: true });
  editDatabase(before, 'INSERT INTO other VALUES(1)');
  expect(compareDatabases(remote, before)).toEqual([]);
});

test.each<[string, string, PushOptions & { theirs?: string }]>([
  ['of few rows', 'UPDATE t SET v = 1 WHERE k < 5000', {}],
  ['that changes definitions', `${EDIT}; CREATE INDEX t_v ON t(v)`, {}],
  [
    'with a resolved conflict',
    EDIT,
    { theirs: `UPDATE t SET v = 'theirs' WHERE k = 2`, onConflict: 'theirs' },
  ],
])('a push %s keeps no pages', async (_, edit, options) => {
  const { project } = await pushed(TABLES['a key'], edit, options);
  expect(keptPages(project)).toEqual([]);
});
