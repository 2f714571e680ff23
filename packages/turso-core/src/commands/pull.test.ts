import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { compareDatabases, makeTempDir } from '@turso-sync/testing';
import Database from 'better-sqlite3';
import { readManifest } from '../project/state/manifest';
import { init } from './init';
import { makeFileProject, type FileProject } from '../../test/fixtures/project.fixture';
import { notePull, noteWritten } from '../project/state/pull-journal';
import { makeReceipt, nameReceipt } from '../sqlite/receipt';
import { pull } from './pull';
import { listBackups } from '../project/working-copy/backups';
import { push } from './push';
import { restore } from './restore';
import { status } from './status';
import { expectSchema } from '../../test/fixtures/schemas.fixture';

let at: FileProject;

beforeEach(async () => {
  at = await makeFileProject(
    `CREATE TABLE t(id INTEGER PRIMARY KEY, v, w); INSERT INTO t VALUES (1, 1, 1), (2, 2, 2), (3, 3, 3);
     CREATE TABLE log(line); INSERT INTO log VALUES ('first')`,
  );
  await init(at.project);
});

/** Returns the rows of a query on the working copy. */
function query(sql: string): unknown[] {
  const db = new Database(at.project.workingCopy, { readonly: true });
  try {
    return db.prepare(sql).raw().all();
  } finally {
    db.close();
  }
}

/** Pushes, and expects the remote to equal the working copy afterwards. */
async function expectPushed(): Promise<void> {
  expect(await push(at.project)).toMatchObject({ outcome: 'pushed', conflicts: [] });
  expect(compareDatabases(at.remote, at.project.workingCopy)).toEqual([]);
}

test('without changes of its own, the working copy becomes what the remote is', async () => {
  at.editRemote(`UPDATE t SET v = 10 WHERE id = 1; DELETE FROM t WHERE id = 3; CREATE TABLE u(x);
    INSERT INTO u VALUES (x'00'); PRAGMA user_version = 4; PRAGMA application_id = 77`);
  const result = await pull(at.project);
  expect(result).toMatchObject({
    outcome: 'pulled',
    pending: 0,
    changes: { total: { insert: 1, update: 1, delete: 1 }, schema: [{ action: 'create', name: 'u' }] },
  });
  expect(compareDatabases(at.remote, at.project.workingCopy)).toEqual([]);
  expect(compareDatabases(at.project.files.base.database, at.remote)).toEqual([]);
  expect(query('SELECT v FROM t')).toEqual([[10], [2]]);
  expect((await status(at.project)).remoteState.hasMoved).toBe(false);
  expect(await pull(at.project)).toMatchObject({ outcome: 'unchanged', backup: null });
  expect(await push(at.project)).toMatchObject({ outcome: 'nothing', notCarried: [] });
});

test('changes of both sides are there afterwards, and the working copy still has its own to push', async () => {
  at.edit("UPDATE t SET v = 20 WHERE id = 2; INSERT INTO t VALUES (5, 'mine', 5)");
  at.editRemote("UPDATE t SET v = 10 WHERE id = 1; INSERT INTO t VALUES (4, 'theirs', 4)");
  expect(await pull(at.project)).toMatchObject({ outcome: 'pulled', pending: 2, conflicts: [] });
  expect(query('SELECT id, v FROM t')).toEqual([
    [1, 10],
    [2, 20],
    [3, 3],
    [4, 'theirs'],
    [5, 'mine'],
  ]);
  expect((await status(at.project)).pending.changes?.total).toEqual({ insert: 1, update: 1, delete: 0 });
  await expectPushed();
});

test('rows that both sides appended under one hidden rowid are all there, once', async () => {
  at.edit("INSERT INTO log VALUES ('mine'), ('mine too')");
  at.editRemote("INSERT INTO log VALUES ('theirs')");
  expect(await pull(at.project)).toMatchObject({ outcome: 'pulled' });
  expect(query('SELECT line FROM log ORDER BY line')).toEqual([
    ['first'],
    ['mine'],
    ['mine too'],
    ['theirs'],
  ]);
  await expectPushed();
});

test('what both sides changed is a conflict, local and remote told rightly, and nothing is changed', async () => {
  at.edit("UPDATE t SET v = 'mine' WHERE id = 1; DELETE FROM t WHERE id = 2");
  at.editRemote("UPDATE t SET v = 'theirs', w = 0 WHERE id = 1; UPDATE t SET v = 9 WHERE id = 2");
  const before = [at.project.workingCopy, at.project.files.base.database].map((f) => readFileSync(f));
  expect(await pull(at.project)).toMatchObject({
    outcome: 'conflict',
    backup: null,
    conflicts: [
      { kind: 'delete/update', key: { id: 2n }, old: { v: 2n }, local: null, remote: { v: 9n } },
      {
        kind: 'update/update',
        columns: ['v'],
        old: { v: 1n },
        local: { v: 'mine' },
        remote: { v: 'theirs' },
      },
    ],
  });
  expect([at.project.workingCopy, at.project.files.base.database].map((f) => readFileSync(f))).toEqual(
    before,
  );
  const noted = JSON.parse(readFileSync(at.project.files.conflictsJson, 'utf8')) as { conflicts: unknown[] };
  expectSchema('conflicts', noted);
  expect(noted).toMatchObject({ conflicts: [{ table: 't' }, { local: { v: 'mine' } }] });
  expect(existsSync(at.project.files.backups)).toBe(false);
});

test.each([
  ['ours', { overwritten: 1, kept: 0 }, 'mine', 1],
  ['theirs', { overwritten: 0, kept: 1 }, 'theirs', 0],
] as const)('--on-conflict=%s lets that side win', async (onConflict, counts, value, w) => {
  at.edit("UPDATE t SET v = 'mine' WHERE id = 1; UPDATE t SET v = 20 WHERE id = 2");
  at.editRemote("UPDATE t SET v = 'theirs', w = 0 WHERE id = 1");
  expect(await pull(at.project, { onConflict })).toMatchObject({ outcome: 'pulled', ...counts });
  expect(query('SELECT v, w FROM t WHERE id < 3')).toEqual([
    [value, w],
    [20, 2],
  ]);
  await expectPushed();
  expect(existsSync(at.project.files.conflictsJson)).toBe(false);
});

test('--merge=cells combines changes of different columns', async () => {
  at.edit("UPDATE t SET v = 'mine' WHERE id = 1");
  at.editRemote("UPDATE t SET w = 'theirs' WHERE id = 1");
  expect(await pull(at.project)).toMatchObject({ outcome: 'conflict' });
  expect(await pull(at.project, { merge: 'cells' })).toMatchObject({ outcome: 'pulled', merged: 1 });
  expect(query('SELECT v, w FROM t WHERE id = 1')).toEqual([['mine', 'theirs']]);
  await expectPushed();
});

test('what a push left to the other side comes with the next pull', async () => {
  at.edit("UPDATE t SET v = 'mine' WHERE id = 1");
  at.editRemote("UPDATE t SET v = 'theirs' WHERE id = 1");
  expect(await push(at.project, { onConflict: 'theirs' })).toMatchObject({ outcome: 'pushed', kept: 1 });
  expect(await push(at.project)).toMatchObject({ outcome: 'nothing' });
  expect(await pull(at.project)).toMatchObject({ outcome: 'pulled', pending: 0 });
  expect(compareDatabases(at.remote, at.project.workingCopy)).toEqual([]);
});

test('programs that have it open in WAL mode see it, and it stays in that mode', async () => {
  const app = new Database(at.project.workingCopy);
  app.pragma('journal_mode = WAL');
  app.exec("UPDATE t SET v = 'in the log' WHERE id = 3");
  const reading = app.prepare('SELECT v FROM t').pluck().iterate();
  expect(reading.next().value).toBe(1);
  at.editRemote('UPDATE t SET v = 10 WHERE id = 1');
  expect(await pull(at.project)).toMatchObject({ outcome: 'pulled', pending: 1 });
  reading.return?.();
  expect(app.prepare('SELECT v FROM t').pluck().all()).toEqual([10, 2, 'in the log']);
  expect(app.pragma('journal_mode', { simple: true })).toBe('wal');
  app.close();
});

test('a writer that does not let go keeps it as it is', async () => {
  at.editRemote('UPDATE t SET v = 10 WHERE id = 1');
  const app = new Database(at.project.workingCopy);
  app.exec('BEGIN IMMEDIATE');
  const before = readManifest(at.project.files.base);
  await expect(pull(at.project)).rejects.toMatchObject({ code: 'WORKING_COPY_LOCKED', retryable: true });
  app.close();
  expect(readManifest(at.project.files.base)).toEqual(before);
  expect(readdirSync(at.project.files.backups)).toEqual([]);
  expect(existsSync(at.project.files.pullJournal)).toBe(false);
  expect(await pull(at.project)).toMatchObject({ outcome: 'pulled' });
});

test('keeps a backup of what was there, five at most', async () => {
  at.edit("UPDATE t SET v = 'mine' WHERE id = 3");
  for (let i = 0; i < 7; i++) {
    at.editRemote(`UPDATE t SET v = 'pull ${i}' WHERE id = 1`);
    const { backup } = await pull(at.project);
    const file = path.join(makeTempDir(), 'restored.db');
    await restore(at.project, { to: file });
    expect(path.basename(backup ?? '')).toBe(listBackups(at.project)[0]);
    const db = new Database(file, { readonly: true });
    expect(db.prepare('SELECT v FROM t').pluck().all()).toEqual([i === 0 ? 1 : `pull ${i - 1}`, 2, 'mine']);
    db.close();
  }
  expect(readdirSync(at.project.files.backups)).toHaveLength(5);
});

test('a note that was written in part is of no account: nothing was done yet', async () => {
  writeFileSync(at.project.files.pullJournal, '');
  at.editRemote('UPDATE t SET v = 10 WHERE id = 1');
  expect(await pull(at.project)).toMatchObject({ outcome: 'pulled' });
  expect(existsSync(at.project.files.pullJournal)).toBe(false);
});

describe('a pull that is broken off after the working copy was written', () => {
  /** Restores the old base, as if the process had died before moving it on. */
  async function breakOff(isWritten: boolean): Promise<void> {
    const { base, snapshot } = at.project.files;
    const old = `${base.directory}.old`;
    cpSync(base.directory, old, { recursive: true });
    expect(await pull(at.project)).toMatchObject({ outcome: 'pulled' });
    rmSync(base.directory, { recursive: true });
    cpSync(old, base.directory, { recursive: true });
    rmSync(old, { recursive: true });
    const note = { purpose: 'pull', receipt: nameReceipt() } as const;
    notePull(at.project, snapshot, note);
    if (isWritten) noteWritten(at.project, note);
    at.edit(makeReceipt(note.receipt).sql);
  }

  describe.each([
    ['noted', true],
    ['not noted', false],
  ])('which was %s', (_, isWritten) => {
    beforeEach(async () => {
      at.edit("INSERT INTO log VALUES ('mine'); UPDATE t SET v = 20 WHERE id = 2");
      at.editRemote("INSERT INTO log VALUES ('theirs'); UPDATE t SET v = 10 WHERE id = 1");
      await breakOff(isWritten);
    });

    test('is finished by the next one, although the remote has gone on', async () => {
      at.editRemote("UPDATE t SET v = 11 WHERE id = 1; INSERT INTO log VALUES ('later')");
      expect(await pull(at.project)).toMatchObject({ outcome: 'pulled', pending: 2 });
      expect(query('SELECT v FROM t')).toEqual([[11], [20], [3]]);
      expect(query('SELECT line FROM log ORDER BY line')).toEqual([
        ['first'],
        ['later'],
        ['mine'],
        ['theirs'],
      ]);
      await expectPushed();
    });

    test('is finished by a push, which then sends the own changes alone', async () => {
      at.editRemote('UPDATE t SET v = 11 WHERE id = 1');
      expect(await push(at.project)).toMatchObject({
        outcome: 'pushed',
        alreadyThere: 0,
        changes: { total: { insert: 1, update: 1, delete: 0 } },
      });
      expect(existsSync(at.project.files.pullJournal)).toBe(false);
    });
  });

  test('is finished, once noted, where what it brought has been edited since', async () => {
    at.editRemote("INSERT INTO log VALUES ('theirs'); UPDATE t SET v = 10 WHERE id = 1");
    await breakOff(true);
    at.edit("UPDATE t SET v = 'on top' WHERE id = 1; DELETE FROM log WHERE line = 'theirs'");
    expect(await pull(at.project)).toMatchObject({ outcome: 'unchanged', pending: 2 });
    await expectPushed();
  });
});
