import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { compareDatabases, makeTempDir } from '@turso-sync/testing';
import { diff } from '../diff';
import { init } from '../init';
import { makeFileProject, type FileProject } from '../../../test/fixtures/project.fixture';
import { push } from '../push';

let at: FileProject;
let plan: string;

beforeEach(async () => {
  at = await makeFileProject(
    `CREATE TABLE t(id INTEGER PRIMARY KEY, v, w); INSERT INTO t VALUES (1, 1, 1), (2, 2, 2), (3, 3, 3)`,
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
    status: 'pushed',
    changes: { total: { update: 1, delete: 1, insert: 1 } },
  });
  expect((await diff(at.project)).changes.total).toEqual({ update: 1, delete: 0, insert: 1 });
  await push(at.project);
  expect(compareDatabases(at.remote, at.project.workingCopy)).toEqual([]);
});

test('a dry run of it says what it would do', async () => {
  at.edit("UPDATE t SET v = 'planned'");
  await diff(at.project, { save: plan });
  at.edit('DELETE FROM t');
  const before = readFileSync(at.remote);
  expect(await push(at.project, { plan, dryRun: true })).toMatchObject({
    status: 'planned',
    changes: { total: { update: 3, delete: 0 } },
  });
  expect(readFileSync(at.remote).equals(before)).toBe(true);
});

test('it is refused where the base has moved on, or the remote has in the same rows', async () => {
  at.edit("UPDATE t SET v = 'planned' WHERE id = 1");
  await diff(at.project, { save: plan });
  at.editRemote("UPDATE t SET v = 'theirs' WHERE id = 1");
  await expect(push(at.project, { plan })).rejects.toMatchObject({ code: 'PLAN_STALE' });
  at.editRemote('UPDATE t SET v = 1 WHERE id = 1; UPDATE t SET w = 0 WHERE id = 3');
  expect(await push(at.project, { plan })).toMatchObject({ status: 'pushed' });
  await expect(push(at.project, { plan })).rejects.toMatchObject({
    code: 'PLAN_STALE',
    message: expect.stringContaining('the base has moved on') as string,
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
    text.replace('"version": 1', '"version": 9'),
    readFileSync(at.project.files.changesJson, 'utf8').replace(/"plan": {[^}]*},/, ''),
  ]) {
    writeFileSync(plan, other);
    await expect(push(at.project, { plan })).rejects.toMatchObject({ code: 'CHANGES_UNREADABLE' });
  }
  writeFileSync(plan, text);
  expect(await push(at.project, { plan })).toMatchObject({ status: 'pushed' });
});
