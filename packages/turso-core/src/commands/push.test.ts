import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { compareDatabases } from '@turso-sync/testing';
import { openReadOnly, using } from '../sqlite/files/open';
import { readManifest } from '../project/state/manifest';
import type { CoreEvent } from '../events';
import { init } from './init';
import { makeFileProject, type FileProject } from '../../test/fixtures/project.fixture';
import { push } from './push';
import { status } from './status';

let at: FileProject;

beforeEach(async () => {
  at = await makeFileProject(
    'CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 1), (2, 2)',
  );
  await init(at.project);
});

test('makes what was pushed the base, with the fingerprint of the remote', async () => {
  const before = readManifest(at.project.files.base);
  at.edit('UPDATE t SET v = 3 WHERE id = 1');
  expect(await push(at.project)).toMatchObject({
    outcome: 'pushed',
    alreadyThere: 0,
    conflicts: [],
    notCarried: [],
  });
  const after = readManifest(at.project.files.base);
  expect(after).toMatchObject({ method: 'push', remote: `file:${at.remote}` });
  expect(after?.fingerprint).not.toBe(before?.fingerprint);
  expect(compareDatabases(at.project.files.base.database, at.remote)).toEqual([]);
  expect((await status(at.project)).remoteState.hasMoved).toBe(false);
});

test('leaves open whether the remote has moved, where others have written before', async () => {
  at.edit('UPDATE t SET v = 3 WHERE id = 1');
  at.editRemote('UPDATE t SET v = 4 WHERE id = 2');
  expect(await push(at.project)).toMatchObject({ outcome: 'pushed' });
  expect(readManifest(at.project.files.base)?.fingerprint).toBeNull();
  expect((await status(at.project)).remoteState).toMatchObject({ answers: true, hasMoved: null });
  await init(at.project);
  expect(compareDatabases(at.remote, at.project.workingCopy)).toEqual([]);
});

test('finds its rows again whose hidden rowid others have been given, and whose rowids VACUUM has renumbered', async () => {
  at.edit(
    `CREATE TABLE log(what); WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i LIMIT 500)
     INSERT INTO log SELECT n FROM i; DELETE FROM log WHERE rowid % 3 = 0`,
  );
  await push(at.project);
  at.edit(`INSERT INTO log VALUES ('ours')`);
  at.editRemote(`INSERT INTO log VALUES ('theirs')`);
  expect(await push(at.project)).toMatchObject({ outcome: 'pushed' });
  expect(readManifest(at.project.files.base)?.movedRowids).toEqual(['log']);
  at.edit(`UPDATE log SET what = 'changed' WHERE what = 'ours'; VACUUM`);
  expect(await push(at.project)).toMatchObject({ outcome: 'pushed', changes: { total: { update: 1 } } });
  at.edit(`DELETE FROM log WHERE what IN ('changed', 250)`);
  expect(await push(at.project)).toMatchObject({ outcome: 'pushed', changes: { total: { delete: 2 } } });
  const counts = using(openReadOnly(at.remote), (db) =>
    db
      .prepare(`SELECT count(*), sum(what = 'theirs'), sum(what IN ('ours', 'changed', 250)) FROM log`)
      .raw()
      .get(),
  );
  expect(counts).toEqual([334, 1, 0]);
});

test('tells its steps and what it sends', async () => {
  at.edit('INSERT INTO t VALUES (3, 3); DELETE FROM t WHERE id = 1');
  const events: CoreEvent[] = [];
  await push(at.project, { onEvent: (event) => events.push(event) });
  const ends = events.flatMap((event) => (event.type === 'step' ? [event.what] : []));
  expect(ends).toEqual([
    ...['connect', 'copy the working copy', 'compare', 'count', 'estimate the cost'],
    ...['connect', 'upload', 'commit', 'push', 'remove the receipt', 'write the records'],
  ]);
  const begins = events.flatMap((event) => (event.type === 'begin' ? [event.what] : []));
  expect(begins.toSorted()).toEqual(ends.toSorted());
  expect(events.filter(({ type }) => type === 'progress')).toContainEqual(
    expect.objectContaining({ what: 'upload', done: 2, total: 2, unit: 'rows' }),
  );
  expect(events.find((event) => event.type === 'transaction')).toMatchObject({
    batches: [
      { kind: 'delete', table: 't', rows: 1 },
      { kind: 'insert', table: 't', rows: 1 },
    ],
  });
});

test('reports what a server would not take, once', async () => {
  at.edit('PRAGMA application_id=7; PRAGMA user_version=2');
  expect(await push(at.project)).toMatchObject({ outcome: 'pushed', notCarried: ['application_id'] });
  expect(await push(at.project)).toMatchObject({ outcome: 'nothing', notCarried: [] });
});

test('says that it is through although it cannot be noted', async () => {
  at.edit('INSERT INTO t VALUES (3, 3)');
  const blocked = at.project.files.diffSql;
  mkdirSync(blocked);
  const events: CoreEvent[] = [];
  // Failing to write files for people is no reason to fail.
  expect(await push(at.project, { onEvent: (e) => events.push(e) })).toMatchObject({ outcome: 'pushed' });
  expect(events.at(-1)).toMatchObject({
    type: 'warning',
    message: expect.stringContaining('The push went through, but `undo` cannot take it back') as string,
  });
  rmSync(blocked, { recursive: true });
  expect(await push(at.project)).toMatchObject({ outcome: 'nothing' });
});

test('a dry run asks the remote, and writes nothing there', async () => {
  at.edit('DELETE FROM t');
  const before = readFileSync(at.remote);
  expect(await push(at.project, { dryRun: true, allow: ['deleteAllRows:t'] })).toMatchObject({
    outcome: 'dry-run',
    changes: { total: { delete: 2 } },
  });
  expect(readFileSync(at.project.files.diffSql, 'utf8')).toContain('DELETE');
  expect(readFileSync(at.remote)).toEqual(before);
});
