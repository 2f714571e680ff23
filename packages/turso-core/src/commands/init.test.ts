import { copyFileSync, cpSync, existsSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { buildDatabase, compareDatabases, editDatabase } from '@turso-sync/testing';
import Database from 'better-sqlite3';
import { readManifest, writeManifest, type Manifest } from '../project/state/manifest';
import { notePull } from '../project/state/pull-journal';
import { init } from './init';
import { makeFileProject, type FileProject } from '../../test/fixtures/project.fixture';
import { push } from './push';
import { snapshot } from './snapshot';
import { status } from './status';

let at: FileProject;

beforeEach(async () => {
  at = await makeFileProject('CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 1)');
});

/** Expects the remote, the base and the working copy to be equal. */
async function expectEqual(): Promise<void> {
  const { workingCopy, files } = at.project;
  expect(compareDatabases(at.remote, workingCopy)).toEqual([]);
  expect(compareDatabases(files.base.database, workingCopy)).toEqual([]);
  expect((await status(at.project)).pending).toMatchObject({ problem: null, changes: { tables: [] } });
}

test('makes a working copy, and then has nothing to do', async () => {
  expect(await init(at.project)).toMatchObject({ outcome: 'created', pending: 0, backup: null });
  await expectEqual();
  const before = statSync(at.project.workingCopy, { bigint: true }).mtimeNs;
  expect(await init(at.project)).toMatchObject({ outcome: 'unchanged' });
  expect(statSync(at.project.workingCopy, { bigint: true }).mtimeNs).toBe(before);
});

test('brings a working copy without edits up to date, also one that was rewritten', async () => {
  await init(at.project);
  at.editRemote('INSERT INTO t VALUES (2, 2)');
  expect(await init(at.project)).toMatchObject({ outcome: 'updated' });
  await expectEqual();
  at.edit('PRAGMA page_size=8192; VACUUM');
  at.editRemote('INSERT INTO t VALUES (3, 3)');
  expect(await init(at.project)).toMatchObject({ outcome: 'updated' });
  await expectEqual();
});

test('recreates the working copy if it was removed', async () => {
  await init(at.project);
  at.editRemote('INSERT INTO t VALUES (2, 2)');
  renameSync(at.project.workingCopy, `${at.project.workingCopy}.away`);
  expect(await init(at.project)).toMatchObject({ outcome: 'created' });
  await expectEqual();
});

test.each([
  ['rows', 'UPDATE t SET v = 2', '(0 inserted, 1 updated, 0 deleted rows)', 1],
  ['definitions', 'CREATE TABLE u(v); CREATE VIEW w AS SELECT 1', '2 schema changes', 2],
  ['user_version', 'PRAGMA user_version=5', 'has changes that were not pushed', 1],
  ['what cannot be pushed', 'ALTER TABLE t ADD COLUMN w', 'has changes that were not pushed', 1],
])('refuses to go over edits of %s, or keeps them when asked to', async (_, sql, says, pending) => {
  await init(at.project);
  const base = readFileSync(at.project.files.base.manifest);
  at.edit(sql);
  at.editRemote('INSERT INTO t VALUES (2, 2)');
  const edited = readFileSync(at.project.workingCopy);
  await expect(init(at.project)).rejects.toMatchObject({
    code: 'WORKING_COPY_HAS_CHANGES',
    message: expect.stringContaining(says) as string,
    hint: expect.stringContaining('--force') as string,
  });
  expect(await init(at.project, { edits: 'keep' })).toMatchObject({
    outcome: 'kept',
    pending,
    backup: null,
  });
  expect(readFileSync(at.project.workingCopy).equals(edited)).toBe(true);
  expect(readFileSync(at.project.files.base.manifest).equals(base)).toBe(true);
  // The newer snapshot remains for the next time.
  expect(compareDatabases(at.project.files.snapshot.database, at.remote)).toEqual([]);
});

test('takes no file that it did not make for its own', async () => {
  buildDatabase(at.project.workingCopy, 'CREATE TABLE own(v)');
  await expect(init(at.project)).rejects.toMatchObject({
    code: 'WORKING_COPY_HAS_CHANGES',
    hint: expect.stringMatching(/--keep-edits.*--force/) as string,
  });
  await expect(init(at.project, { edits: 'keep' })).rejects.toMatchObject({
    code: 'WORKING_COPY_HAS_CHANGES',
  });
  const { backup } = await init(at.project, { force: true });
  expect(compareDatabases(backup ?? '', at.project.workingCopy)).not.toEqual([]);
  await expectEqual();
});

test.each([
  [
    'a write-ahead log and other pages',
    'PRAGMA page_size=1024; PRAGMA journal_mode=WAL; CREATE TABLE own(v)',
  ],
  ['another encoding', "PRAGMA encoding='UTF-16be'; CREATE TABLE own(v)"],
  ['more pages', 'CREATE TABLE own(v); INSERT INTO own VALUES (zeroblob(1000000))'],
])('replaces by force a database with %s, under the eyes of who has it open', async (_, sql) => {
  editDatabase(at.project.workingCopy, sql);
  const original = `${at.project.workingCopy}.original`;
  copyFileSync(at.project.workingCopy, original);
  const { backup, outcome: workingCopy } = await init(at.project, { force: true });
  expect(workingCopy).toBe('updated');
  expect(compareDatabases(backup ?? '', original)).toEqual([]);
  await expectEqual();
});

describe('with the snapshot that is there', () => {
  test('asks for one where there is none', async () => {
    await expect(init(at.project, { snapshot: 'use' })).rejects.toMatchObject({ code: 'SNAPSHOT_MISSING' });
  });

  test('takes up one whose replacing was cut off', async () => {
    await snapshot(at.project);
    const { directory } = at.project.files.snapshot;
    renameSync(directory, `${directory}.previous`);
    expect(await init(at.project, { snapshot: 'use' })).toMatchObject({ outcome: 'created' });
    expect(existsSync(`${directory}.previous`)).toBe(false);
  });

  test('makes and brings up to date without any contact to the remote', async () => {
    await snapshot(at.project);
    renameSync(at.remote, `${at.remote}.away`);
    expect(await init(at.project, { snapshot: 'use' })).toMatchObject({ outcome: 'created' });
    expect(await init(at.project, { snapshot: 'use' })).toMatchObject({ outcome: 'unchanged' });
    renameSync(`${at.remote}.away`, at.remote);
    at.editRemote('INSERT INTO t VALUES (2, 2)');
    await snapshot(at.project);
    expect(await init(at.project, { snapshot: 'use' })).toMatchObject({ outcome: 'updated' });
    await expectEqual();
  });

  test('does not go back behind what was pushed since', async () => {
    await init(at.project);
    at.edit('INSERT INTO t VALUES (2, 2)');
    expect(await push(at.project)).toMatchObject({ outcome: 'pushed' });
    expect(await init(at.project, { snapshot: 'use' })).toMatchObject({ outcome: 'unchanged' });
    await expectEqual();
    await snapshot(at.project);
    await init(at.project, { snapshot: 'use' });
    await expectEqual();
  });

  test('goes forward after a push that had nothing to send', async () => {
    await init(at.project);
    at.editRemote('INSERT INTO t VALUES (2, 2)');
    await snapshot(at.project);
    // The bytes differ, the content does not. The compared file becomes the base, with the base's old date.
    at.edit('PRAGMA page_size=8192; VACUUM');
    expect(await push(at.project)).toMatchObject({ outcome: 'nothing' });
    expect(await init(at.project, { snapshot: 'use' })).toMatchObject({ outcome: 'updated' });
    await expectEqual();
  });
});

test('notes a new fingerprint of what has not changed, so that status need not point to it for ever', async () => {
  await init(at.project);
  const { base } = at.project.files;
  const { formatVersion: _, ...manifest } = readManifest(base) as Manifest;
  writeManifest(base, { ...manifest, fingerprint: 'of the server before it crashed' });
  expect((await status(at.project)).remoteState.hasMoved).toBe(true);
  expect(await init(at.project)).toMatchObject({ outcome: 'unchanged' });
  expect((await status(at.project)).remoteState.hasMoved).toBe(false);
});

test('after a death between the working copy and the base, a push finds everything there', async () => {
  await init(at.project);
  at.editRemote('INSERT INTO t VALUES (2, 2)');
  copyFileSync(at.remote, at.project.workingCopy);
  expect(await push(at.project)).toMatchObject({ outcome: 'pushed', alreadyThere: 1 });
  expect(await init(at.project)).toMatchObject({
    outcome: expect.stringMatching(/updated|unchanged/) as string,
  });
  await expectEqual();
});

describe('one that is broken off between the working copy and the base', () => {
  /** Restores the old base, with the note the process was about to remove. */
  async function breakOff(): Promise<void> {
    const { base, snapshot } = at.project.files;
    const old = `${base.directory}.old`;
    if (existsSync(base.directory)) cpSync(base.directory, old, { recursive: true });
    await init(at.project);
    rmSync(base.directory, { recursive: true });
    if (existsSync(old)) renameSync(old, base.directory);
    notePull(at.project, snapshot, { purpose: 'pull', receipt: null });
  }

  test.each(['', 'INSERT INTO t VALUES (3, 3)'])('is finished by the next one (%s)', async (later) => {
    for (const earlier of ['', 'UPDATE t SET v = 2']) {
      at.editRemote(earlier);
      await breakOff();
      at.editRemote(later.replaceAll('3', earlier === '' ? '3' : '4'));
      await init(at.project);
      await expectEqual();
      expect(existsSync(at.project.files.pullJournal)).toBe(false);
    }
  });

  test('keeps what the app has written since', async () => {
    await breakOff();
    at.edit('INSERT INTO t VALUES (2, 2)');
    await expect(init(at.project)).rejects.toMatchObject({ code: 'WORKING_COPY_HAS_CHANGES' });
  });

  test('recreates the working copy if that is gone', async () => {
    await init(at.project);
    at.editRemote('UPDATE t SET v = 2');
    await breakOff();
    rmSync(at.project.workingCopy);
    expect(await init(at.project)).toMatchObject({ outcome: 'created' });
    await expectEqual();
  });
});

test('goes from one remote to another if that is meant', async () => {
  await init(at.project);
  const other = await makeFileProject('CREATE TABLE other(v)');
  const project = { ...at.project, address: () => other.project.address() };
  await expect(init(project)).rejects.toMatchObject({ code: 'REMOTE_CHANGED' });
  expect(await init(project, { acceptRemote: true })).toMatchObject({ outcome: 'updated' });
  expect(compareDatabases(other.remote, at.project.workingCopy)).toEqual([]);
});

test('leaves an open connection to the working copy usable', async () => {
  await init(at.project);
  const open = new Database(at.project.workingCopy);
  const count = open.prepare('SELECT count(*) FROM t').pluck();
  expect(count.get()).toBe(1);
  at.editRemote('INSERT INTO t VALUES (2, 2); CREATE TABLE u(v)');
  await init(at.project);
  expect(count.get()).toBe(2);
  open.exec('INSERT INTO u VALUES (1)');
  open.close();
  expect((await push(at.project)).changes.total.insert).toBe(1);
  await expectEqual();
});
