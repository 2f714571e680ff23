import fs from 'node:fs';
import { Database, editDatabase } from '@turso-sync/testing';
import { init } from '../../src/commands/init';
import { pull } from '../../src/commands/pull';
import { push } from '../../src/commands/push';
import { undo } from '../../src/commands/undo';
import type { CoreEvent } from '../../src/events';
import { makeFileProject, type FileProject } from '../fixtures/project.fixture';

const BASE = 'CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 0)';

function valueIn(file: string): unknown {
  const db = new Database(file, { readonly: true });
  try {
    return db.prepare('SELECT v FROM t').pluck().get();
  } finally {
    db.close();
  }
}

/** Takes the state folder away when a step begins, as a disk does that fails, until {@link back}. */
function breakAt(
  at: FileProject,
  what: string,
): { readonly onEvent: (event: CoreEvent) => void; readonly back: () => void } {
  const { directory } = at.project.files;
  const away = `${directory}-away`;
  return {
    onEvent(event) {
      if (event.type === 'begin' && event.what === what) fs.renameSync(directory, away);
    },
    back: () => {
      fs.rmSync(directory, { recursive: true, force: true });
      fs.renameSync(away, directory);
    },
  };
}

test('a pull that cannot be recorded says that the working copy has it, and the next one finishes', async () => {
  const at = await makeFileProject(BASE);
  await init(at.project);
  editDatabase(at.remote, 'UPDATE t SET v = 1');
  const { onEvent, back } = breakAt(at, 'write the records');
  await expect(pull(at.project, { onEvent })).rejects.toMatchObject({
    code: 'FILE_INACCESSIBLE',
    message: expect.stringMatching(
      /^The changes are in the working copy, but could not be recorded\. /,
    ) as string,
    hint: expect.stringContaining('turso-sync pull') as string,
  });
  expect(valueIn(at.project.workingCopy)).toBe(1);
  back();
  await pull(at.project);
  expect(await push(at.project)).toMatchObject({ outcome: 'nothing' });
});

test('an undo that the working copy does not take says that the remote has it, and a pull brings it in', async () => {
  const at = await makeFileProject(BASE);
  await init(at.project);
  at.edit('UPDATE t SET v = 1');
  await push(at.project);
  const { onEvent, back } = breakAt(at, 'back up');
  await expect(undo(at.project, { onEvent })).rejects.toMatchObject({
    code: 'FILE_INACCESSIBLE',
    retryable: false,
    message: expect.stringMatching(
      /^The remote has the undo, and the working copy does not have it yet\. /,
    ) as string,
    hint: expect.stringContaining('turso-sync pull') as string,
  });
  back();
  expect([valueIn(at.remote), valueIn(at.project.workingCopy)]).toEqual([0, 1]);
  await pull(at.project);
  expect(valueIn(at.project.workingCopy)).toBe(0);
  expect(await push(at.project)).toMatchObject({ outcome: 'nothing' });
});

test.each([
  ['none', ''],
  ['others', 'CREATE INDEX i ON t(v); ANALYZE'],
])('statistics that the app has made stay out of the base: the remote has %s', async (_, sql) => {
  const at = await makeFileProject(`${BASE}; ${sql}`);
  const statistics = (file: string): unknown[] => {
    const db = new Database(file, { readonly: true });
    const exists = db.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat1'`).get() !== undefined;
    const rows = exists ? db.prepare('SELECT * FROM sqlite_stat1').raw().all() : [];
    db.close();
    return rows;
  };
  await init(at.project);
  at.edit('CREATE TABLE more(x UNIQUE); INSERT INTO more VALUES (1), (2); UPDATE t SET v = 2; ANALYZE');
  expect(await push(at.project)).toMatchObject({ outcome: 'pushed' });
  expect(statistics(at.project.files.base.database)).toEqual(statistics(at.remote));
  expect(statistics(at.project.workingCopy)).toHaveLength(2);
  expect(await push(at.project)).toMatchObject({ outcome: 'nothing' });
  expect(statistics(at.project.files.base.database)).toEqual(statistics(at.remote));
  expect(await undo(at.project)).toMatchObject({ outcome: 'undone' });
  expect(statistics(at.project.files.base.database)).toEqual(statistics(at.remote));
  expect(await push(at.project)).toMatchObject({ outcome: 'nothing' });
});
