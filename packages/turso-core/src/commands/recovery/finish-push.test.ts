import { copyFileSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { compareDatabases } from '@turso-sync/testing';
import Database from 'better-sqlite3';
import { beginPush, notePushed, readPushJournal } from '../../project/state/push-journal';
import { dropReceipt } from '../../sqlite/receipt';
import { cutOffPush } from '../../../test/fixtures/cut-off.fixture';
import { diff } from '../diff';
import type { CoreEvent } from '../../events';
import { init } from '../init';
import { makeFileProject, type FileProject } from '../../../test/fixtures/project.fixture';
import { pull } from '../pull';
import { push } from '../push';
import { status } from '../status';
import { undo } from '../undo';

let at: FileProject;

beforeEach(async () => {
  at = await makeFileProject(
    `CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 1), (2, 2), (3, 3);
     CREATE TABLE log(line, n); INSERT INTO log VALUES ('first', NULL), ('twice', 0)`,
  );
  await init(at.project);
});

afterEach(() => {
  const known = ['base', 'snapshot', 'diff.sql', 'changes.json', 'pushes', 'conflicts.json'];
  const { directory, environment } = at.project.files;
  expect(readdirSync(environment).filter((name) => !known.includes(name))).toEqual([]);
  const shared = ['.begun', '.gitignore', 'default', 'lock', 'backups'];
  expect(readdirSync(directory).filter((name) => !shared.includes(name))).toEqual([]);
});

const cutOff = (how: Parameters<typeof cutOffPush>[1]): Promise<void> => cutOffPush(at.project, how);

function lines(): unknown[] {
  const db = new Database(at.remote, { readonly: true });
  try {
    return db.prepare('SELECT line FROM log ORDER BY line, n').pluck().all();
  } finally {
    db.close();
  }
}

const EDIT = "UPDATE t SET v = 10 WHERE id = 1; DELETE FROM t WHERE id = 2; INSERT INTO t VALUES (4, 'new')";

test('each step is told, of a push that had arrived and of a pull that was cut off', async () => {
  const open: string[] = [];
  const told: string[] = [];
  const onEvent = (event: CoreEvent): void => {
    if (event.type === 'begin') told.push([...open, event.what].join(' > '));
    if (event.type === 'begin') open.push(event.what);
    if (event.type === 'step') expect(open.pop()).toBe(event.what);
  };
  at.edit(EDIT);
  await cutOff('before its answer comes');
  at.editRemote('UPDATE t SET v = 30 WHERE id = 3');
  at.edit("INSERT INTO t VALUES (5, 'mine')");
  expect(await pull(at.project, { onEvent })).toMatchObject({ outcome: 'pulled', pending: 1 });
  expect(open).toEqual([]);
  expect(told).toEqual(
    expect.arrayContaining([
      ...['finish the push', 'finish the push > compare', 'finish the push > write the records'],
      ...['download', 'compare', 'merge', 'back up', 'write the working copy', 'write the records'],
    ]),
  );

  at.editRemote('UPDATE t SET v = 31 WHERE id = 3');
  const stop = (event: CoreEvent): void => {
    if (event.type === 'begin' && event.what === 'write the records') throw new Error('cut off');
  };
  await expect(pull(at.project, { onEvent: stop })).rejects.toThrow('cut off');
  told.length = 0;
  expect(await push(at.project, { onEvent })).toMatchObject({ outcome: 'pushed' });
  expect(open).toEqual([]);
  expect(told).toEqual(
    expect.arrayContaining([...['finish the pull', 'push', 'write the records', 'remove the receipt']]),
  );
});

test.each(['', 'INSERT INTO t VALUES (9, 9)'])(
  'one that was never sent is forgotten and recreated (%s)',
  async (meanwhile) => {
    at.edit(EDIT);
    await cutOff('before it is sent');
    at.editRemote(meanwhile);
    expect((await status(at.project)).cutOff).toMatchObject({ remote: `file:${at.remote}` });
    expect(await push(at.project)).toMatchObject({ outcome: 'pushed', alreadyThere: 0 });
    expect((await status(at.project)).cutOff).toBeNull();
    expect(await pull(at.project)).toMatchObject({ pending: 0 });
    expect(compareDatabases(at.remote, at.project.workingCopy)).toEqual([]);
  },
);

test('one that has arrived is finished, and what was edited since is pushed alone', async () => {
  at.edit(EDIT);
  await cutOff('before its answer comes');
  at.edit("UPDATE t SET v = 'later' WHERE id = 3");
  const events: CoreEvent[] = [];
  await diff(at.project, { onEvent: (e) => events.push(e) });
  expect(events[0]).toMatchObject({
    type: 'warning',
    message: expect.stringContaining('was cut off') as string,
  });
  expect(await push(at.project)).toMatchObject({
    outcome: 'pushed',
    alreadyThere: 0,
    changes: { total: { update: 1, insert: 0, delete: 0 } },
  });
  expect(compareDatabases(at.remote, at.project.workingCopy)).toEqual([]);
});

test('one that has arrived, with nothing edited since, counts as this push', async () => {
  at.edit(EDIT);
  await cutOff('before its answer comes');
  expect(await push(at.project)).toMatchObject({ outcome: 'pushed', alreadyThere: 3 });
  expect(await push(at.project)).toMatchObject({ outcome: 'nothing' });
});

test.each([
  ['rows', EDIT],
  [
    'definitions',
    `${EDIT}; ALTER TABLE t DROP COLUMN v; CREATE VIEW all_t AS SELECT * FROM t; DROP TABLE log`,
  ],
])('%s of one that has arrived can be undone', async (_, edit) => {
  const before = `${at.project.files.directory}/../before.db`;
  copyFileSync(at.remote, before);
  at.edit(edit);
  at = { ...at, project: { ...at.project, policy: { allow: { dropTable: true } } } };
  await cutOff('before its answer comes');
  expect(await push(at.project)).toMatchObject({ outcome: 'pushed' });
  expect(await undo(at.project)).toMatchObject({ outcome: 'undone', push: { number: 1, undoes: null } });
  expect(compareDatabases(at.remote, before)).toEqual([]);
});

test('what others have done on top of it is neither undone nor in conflict', async () => {
  at.edit(EDIT);
  await cutOff('before its answer comes');
  at.editRemote("UPDATE t SET v = 'theirs' WHERE id IN (1, 4)");
  expect(await pull(at.project)).toMatchObject({ outcome: 'pulled', pending: 0 });
  expect(compareDatabases(at.remote, at.project.workingCopy)).toEqual([]);
});

test.each([
  ['pull', () => pull(at.project)],
  ['init', () => init(at.project)],
] as const)('%s finds out as well', async (_, command) => {
  at.edit(EDIT);
  await cutOff('before its answer comes');
  at.editRemote('INSERT INTO t VALUES (9, 9)');
  await command();
  expect(compareDatabases(at.remote, at.project.workingCopy)).toEqual([]);
  expect(await push(at.project)).toMatchObject({ outcome: 'nothing' });
});

test('rows that were appended under rowids of the remote’s choice are never appended twice', async () => {
  at.edit("INSERT INTO log VALUES ('mine', NULL), ('twice', 0), ('mine too', 1.5)");
  at.editRemote("INSERT INTO log VALUES ('theirs', 1)");
  await cutOff('before its answer comes');
  at.editRemote("INSERT INTO log VALUES ('later', 1)");
  expect(await push(at.project)).toMatchObject({ outcome: 'pushed', alreadyThere: 3 });
  expect(lines()).toEqual(['first', 'later', 'mine', 'mine too', 'theirs', 'twice', 'twice']);
});

test('nor are they lost where they have not arrived', async () => {
  at.edit("INSERT INTO log VALUES ('mine', NULL), ('twice', 0)");
  await cutOff('before it is sent');
  at.editRemote("INSERT INTO log VALUES ('theirs', 1), ('theirs too', 1)");
  expect(await push(at.project)).toMatchObject({ outcome: 'pushed' });
  expect(lines()).toEqual(['first', 'mine', 'theirs', 'theirs too', 'twice', 'twice']);
});

describe('where others have taken a part of it back', () => {
  beforeEach(async () => {
    at.edit(EDIT);
    await cutOff('before its answer comes');
    at.editRemote('UPDATE t SET v = 1 WHERE id = 1');
  });

  test.each([push, pull])('it has arrived all the same (%p)', async (command) => {
    await command(at.project);
    expect(await pull(at.project)).toMatchObject({ pending: 0 });
    expect(compareDatabases(at.remote, at.project.workingCopy)).toEqual([]);
  });

  test('a person may decide otherwise', async () => {
    expect(await push(at.project, { resume: 'repeat' })).toMatchObject({
      outcome: 'pushed',
      alreadyThere: 2,
    });
    expect(compareDatabases(at.remote, at.project.workingCopy)).toEqual([]);
  });

  test('dump-init --force forgets it', async () => {
    await init(at.project, { force: true });
    expect(compareDatabases(at.remote, at.project.workingCopy)).toEqual([]);
  });
});

describe('nothing of it has arrived', () => {
  test('although someone else set a row to the same value: the other row is in conflict', async () => {
    at.edit("UPDATE t SET v = 'mine' WHERE id = 1; UPDATE t SET v = 'same' WHERE id = 2");
    await cutOff('before it is sent');
    at.editRemote("UPDATE t SET v = 'theirs' WHERE id = 1; UPDATE t SET v = 'same' WHERE id = 2");
    expect(await push(at.project)).toMatchObject({
      outcome: 'conflict',
      conflicts: [{ kind: 'update/update', key: { id: 1n }, local: { v: 'mine' }, remote: { v: 'theirs' } }],
    });
  });

  test('although someone else made all of it: a row without a key is another one', async () => {
    at.edit("INSERT INTO log VALUES ('same', 1)");
    await cutOff('before it is sent');
    at.editRemote("INSERT INTO log VALUES ('same', 1)");
    expect(await push(at.project)).toMatchObject({ outcome: 'pushed', alreadyThere: 0 });
    expect(lines()).toEqual(['first', 'same', 'same', 'twice']);
  });
});

describe('where no receipt can tell', () => {
  beforeEach(async () => {
    at.edit(EDIT);
    await cutOff('before its answer comes');
    const { files } = at.project;
    const journal = readPushJournal(files);
    if (journal === null) throw new Error('There is no journal');
    at.editRemote(dropReceipt(journal.receipt ?? '').sql);
    notePushed(files, journal, { receipt: null });
  });

  test('a person has to decide', async () => {
    for (const command of [push, pull]) {
      await expect(command(at.project)).rejects.toMatchObject({
        code: 'PUSH_UNDECIDED',
        hint: expect.stringContaining('--resume=arrived') as string,
      });
    }
    expect(await push(at.project, { resume: 'arrived' })).toMatchObject({ outcome: 'pushed' });
    expect(await pull(at.project)).toMatchObject({ pending: 0 });
    expect(compareDatabases(at.remote, at.project.workingCopy)).toEqual([]);
  });
});

test('what was noted in part, or is through already, is cleared', async () => {
  const { files, workingCopy } = at.project;
  copyFileSync(workingCopy, files.pushed);
  writeFileSync(`${files.pushJournal}.new`, '{');
  at.edit(EDIT);
  expect(await push(at.project)).toMatchObject({ outcome: 'pushed', alreadyThere: 0 });
  copyFileSync(workingCopy, `${files.directory}/frozen.db`);
  const NO_RECEIPT = { receipt: null, keepsReceipt: false };
  const databases = { from: null, pushed: `${files.directory}/frozen.db`, becomes: null };
  const known = { remote: '', fingerprint: null, base: 'an older one', number: 9, ...NO_RECEIPT };
  beginPush(files, databases, known);
  expect(await push(at.project)).toMatchObject({ outcome: 'nothing' });
  expect(existsSync(files.pushed)).toBe(false);
});
