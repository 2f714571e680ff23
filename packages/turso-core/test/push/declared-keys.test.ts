import { compareDatabases } from '@turso-sync/testing';
import type { ApplyOptions } from '../../src/apply/apply';
import type { Conflict } from '../../src/apply/conflict';
import { withDiff } from '../../src/changeset/diff';
import { summarize, type Counts } from '../../src/changeset/summary';
import { diff } from '../../src/commands/diff';
import { init } from '../../src/commands/init';
import { pull } from '../../src/commands/pull';
import { push } from '../../src/commands/push';
import { undo } from '../../src/commands/undo';
import { openReadOnly, using } from '../../src/sqlite/files/open';
import { quoteValue } from '../../src/sqlite/values/quote';
import type { SqlValue } from '../../src/sqlite/values/values';
import { makeFileProject } from '../fixtures/project.fixture';
import { play, type Scene } from './scene.fixture';
import { ADAPTERS } from './served.fixture';

/** Tables with a declared key and hidden rowids: what is declared, and a row's key as SQL values. */
const KEYS = {
  text: ['k TEXT PRIMARY KEY, v', (k: string) => [`'${k}'`]],
  number: ['k INT PRIMARY KEY, v', (k: string) => [String(k.charCodeAt(0))]],
  composite: ['n INT, v, k TEXT, PRIMARY KEY(k, n)', (k: string) => [`'${k}'`, '1']],
  required: ['v, k TEXT NOT NULL UNIQUE', (k: string) => [`'${k}'`]],
  nocase: ['k TEXT COLLATE NOCASE PRIMARY KEY, v', (k: string) => [`'${k}'`]],
} as const;

const SHAPES = Object.entries(KEYS).map(([name, [create, values]]) => {
  const isComposite = name === 'composite';
  return {
    name,
    base: `CREATE TABLE t(${create});
      ${['a', 'b', 'c', 'd'].map((k, i) => insertOf(k, `'${k}'`, i + 1)).join(';')}`,
    where: (k: string) => `k = ${values(k)[0] ?? ''}`,
    rename: (from: string, to: string) =>
      `UPDATE t SET k = ${values(to)[0] ?? ''} WHERE k = ${values(from)[0] ?? ''}`,
    insert: insertOf,
    keyOf: (k: string) => values(k)[0]?.replaceAll("'", '') ?? '',
  };

  function insertOf(k: string, v: string, rowid: number): string {
    const columns = isComposite ? 'rowid, k, n, v' : 'rowid, k, v';
    return `INSERT INTO t(${columns}) VALUES(${rowid}, ${values(k).join()}, ${v})`;
  }
});

/** What a push of the working copy would carry to the remote as it is. */
async function counted(scene: Scene): Promise<Counts> {
  return withDiff(await scene.copy(), scene.work, (changeset) => summarize(changeset).total);
}

function textOf(value: SqlValue | undefined): string {
  return typeof value === 'string' ? value : quoteValue(value ?? null);
}

async function rowsOf(scene: Scene): Promise<string[]> {
  const rows = await scene.query('SELECT k, v FROM t');
  return rows.map(([k, v]) => `${textOf(k)}=${textOf(v)}`).sort();
}

async function conflictsOf(scene: Scene): Promise<readonly Conflict[]> {
  const result = await scene.push();
  return result.outcome === 'conflict' ? result.conflicts : [];
}

const POLICIES: readonly ApplyOptions[] = [
  {},
  { onConflict: 'write' },
  { onConflict: 'keep' },
  { merge: 'cells' },
  { merge: 'never' },
];

describe.each(ADAPTERS)('rows are known by their key, over %s', (_, serve) => {
  describe.each(SHAPES)('$name', ({ base, where, rename, insert, keyOf }) => {
    const reused = `DELETE FROM t WHERE ${where('b')}; ${insert('x', "'ours'", 2)}`;

    test.each([
      ['a row at the rowid of a deleted one', reused],
      ['a row whose key is changed', rename('b', 'x')],
    ])('%s is a new row', (_name, edit) =>
      play(serve, { base, edit }, async (scene) => {
        expect(await counted(scene)).toEqual({ delete: 1, update: 0, insert: 1 });
        expect(await scene.push()).toMatchObject({ outcome: 'applied', attempts: 1 });
        expect(await scene.differences()).toEqual([]);
      }),
    );

    test.each(POLICIES)('a row that both sides deleted is not in the way of it: %j', (options) =>
      play(serve, { base, edit: reused, remote: `DELETE FROM t WHERE ${where('b')}` }, async (scene) => {
        const result = await scene.push(options);
        expect(result).toMatchObject({ outcome: 'applied', resolved: [], alreadyThere: 1, overwritten: 0 });
        expect(await scene.differences()).toEqual([]);
      }),
    );

    test('a row that others put at that rowid stays', () =>
      play(
        serve,
        { base, edit: reused, remote: `DELETE FROM t WHERE ${where('b')}; ${insert('y', "'theirs'", 2)}` },
        async (scene) => {
          expect(await scene.push()).toMatchObject({ outcome: 'applied', resolved: [], movedRowids: ['t'] });
          const keys = ['a', 'c', 'd', 'x', 'y'].map(keyOf);
          const values = ['a', 'c', 'd', 'ours', 'theirs'];
          expect(await rowsOf(scene)).toEqual(keys.map((k, i) => `${k}=${values[i] ?? ''}`).sort());
        },
      ));

    test('a row that others changed is a conflict of its own', async () => {
      const story = { base, edit: reused, remote: `UPDATE t SET v = 'theirs' WHERE ${where('b')}` };
      const kept = ['a', 'c', 'd'].map((k) => `${keyOf(k)}=${k}`);
      await play(serve, story, async (scene) => {
        const [conflict, ...others] = await conflictsOf(scene);
        expect(others).toEqual([]);
        expect(conflict).toMatchObject({ kind: 'delete/update' });
        expect(textOf(conflict?.key?.['k'])).toBe(keyOf('b'));
        expect(await scene.push({ onConflict: 'write' })).toMatchObject({ overwritten: 1 });
        expect(await rowsOf(scene)).toEqual([...kept, `${keyOf('x')}=ours`].sort());
      });
      await play(serve, story, async (scene) => {
        expect(await scene.push({ onConflict: 'keep' })).toMatchObject({ kept: 1 });
        const all = [...kept, `${keyOf('b')}=theirs`, `${keyOf('x')}=ours`].sort();
        expect(await rowsOf(scene)).toEqual(all);
      });
    });

    test('a key that others add meanwhile is a conflict of two new rows', () =>
      play(serve, { base, edit: reused, remote: insert('x', "'theirs'", 9) }, async (scene) => {
        const [conflict, ...others] = await conflictsOf(scene);
        expect(others).toEqual([]);
        expect(conflict).toMatchObject({ kind: 'insert/insert' });
        expect(textOf(conflict?.key?.['k'])).toBe(keyOf('x'));
        expect(await scene.push({ onConflict: 'write' })).toMatchObject({ overwritten: 1, alreadyThere: 0 });
        const kept = ['a', 'c', 'd'].map((k) => `${keyOf(k)}=${k}`);
        expect(await rowsOf(scene)).toEqual([...kept, `${keyOf('x')}=ours`].sort());
      }));

    test('what both sides did alike is no conflict', () =>
      play(serve, { base, edit: reused, remote: reused }, async (scene) => {
        expect(await scene.push()).toMatchObject({ outcome: 'applied', alreadyThere: 2, resolved: [] });
        expect(await scene.differences()).toEqual([]);
      }));

    test('a new row keeps its rowid when other rows are looked at', () =>
      play(
        serve,
        {
          base,
          edit: `${reused}; DELETE FROM t WHERE ${where('c')}`,
          remote: `DELETE FROM t WHERE ${where('c')}`,
        },
        async (scene) => {
          expect(await scene.push()).toMatchObject({ outcome: 'applied', attempts: 2, movedRowids: [] });
          expect(await scene.differences()).toEqual([]);
        },
      ));
  });

  test('keys that two rows swap are updates of both', () =>
    play(
      serve,
      {
        base: `CREATE TABLE t(k TEXT PRIMARY KEY, v); INSERT INTO t VALUES('a', 'a'), ('b', 'b'), ('c', 'c')`,
        edit: `UPDATE t SET k = '-' WHERE k = 'a'; UPDATE t SET k = 'a' WHERE k = 'b'; UPDATE t SET k = 'b' WHERE k = '-'`,
        remote: `UPDATE t SET v = 'theirs' WHERE k = 'a'`,
      },
      async (scene) => {
        expect(await counted(scene)).toEqual({ delete: 0, update: 2, insert: 0 });
        const conflicts = await conflictsOf(scene);
        expect(conflicts).toMatchObject([{ kind: 'update/update', key: { k: 'a' }, columns: ['v'] }]);
        expect(await scene.push({ onConflict: 'write' })).toMatchObject({ overwritten: 1 });
        expect(await rowsOf(scene)).toEqual(['a=b', 'b=a', 'c=c']);
      },
    ));

  test('unique values that rows hand over arrive, beside a reused rowid', () =>
    play(
      serve,
      {
        base: `CREATE TABLE t(k TEXT PRIMARY KEY, v UNIQUE); INSERT INTO t VALUES('a', 1), ('b', 2), ('c', 3)`,
        edit: `DELETE FROM t WHERE k = 'b'; UPDATE t SET v = 4 WHERE k = 'c'; UPDATE t SET v = 3 WHERE k = 'a';
          INSERT INTO t(rowid, k, v) VALUES(2, 'x', 1)`,
        remote: `DELETE FROM t WHERE k = 'b'`,
      },
      async (scene) => {
        expect(await scene.push()).toMatchObject({ outcome: 'applied', alreadyThere: 1 });
        expect(await scene.differences()).toEqual([]);
      },
    ));

  test('NULL in a key says nothing, so such rows are known by their rowid', () =>
    play(
      serve,
      {
        base: `CREATE TABLE t(k TEXT, n INT, v, PRIMARY KEY(k, n));
          INSERT INTO t VALUES(NULL, 1, 'changed'), (NULL, 1, 'named'), ('k', 1, 'lost'), ('k', NULL, 'half'), ('k', 2, 'same')`,
        edit: `UPDATE t SET v = 'ours' WHERE rowid = 1; UPDATE t SET k = 'new' WHERE rowid = 2;
          UPDATE t SET k = NULL WHERE rowid = 3; UPDATE t SET k = NULL, n = 5 WHERE rowid = 4`,
        remote: `DELETE FROM t WHERE rowid = 3`,
      },
      async (scene) => {
        expect(await counted(scene)).toEqual({ delete: 1, update: 2, insert: 2 });
        expect(await scene.push()).toMatchObject({ outcome: 'applied', alreadyThere: 1 });
        expect(await scene.differences()).toEqual([]);
      },
    ));

  test('many rows at reused rowids arrive as they are', () =>
    play(
      serve,
      {
        base: `CREATE TABLE t(k TEXT PRIMARY KEY, v); WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i LIMIT 5000)
          INSERT INTO t SELECT 'key ' || n, n FROM i`,
        edit: `UPDATE t SET k = 'new ' || v WHERE rowid % 2 = 0; UPDATE t SET v = -v WHERE rowid % 3 = 0;
          REPLACE INTO t VALUES('key 1', 'ours'), ('key 3', 'ours')`,
        remote: `DELETE FROM t WHERE k = 'key 2'`,
      },
      async (scene) => {
        expect(await scene.push()).toMatchObject({ outcome: 'applied', alreadyThere: 1 });
        const ours = using(openReadOnly(scene.work), (db) =>
          db.prepare(`SELECT k || '=' || v FROM t`).pluck().all(),
        );
        expect(await rowsOf(scene)).toEqual(ours.sort());
      },
    ));

  test('so are rows of very many columns', () =>
    play(
      serve,
      {
        base: `CREATE TABLE t(k TEXT PRIMARY KEY, ${Array.from({ length: 1_998 }, (_, i) => `c${i}`).join()});
          INSERT INTO t(k, c0) VALUES('a', 1), ('b', 2), ('c', 3)`,
        edit: `DELETE FROM t WHERE k = 'b'; INSERT INTO t(rowid, k, c0) VALUES(2, 'x', 'ours')`,
        remote: `DELETE FROM t WHERE k = 'b'`,
      },
      async (scene) => {
        expect(await scene.push()).toMatchObject({ outcome: 'applied', alreadyThere: 1, resolved: [] });
        expect(await scene.query('SELECT rowid, k, c0 FROM t ORDER BY k')).toEqual([
          [1n, 'a', 1n],
          [3n, 'c', 3n],
          [2n, 'x', 'ours'],
        ]);
      },
    ));
});

describe('a new row at the rowid of a deleted one', () => {
  const TABLE = `CREATE TABLE t(k TEXT PRIMARY KEY, v); INSERT INTO t VALUES('a', 1), ('b', 2)`;
  const EDIT = `DELETE FROM t WHERE k = 'b'; INSERT INTO t(rowid, k, v) VALUES(2, 'x', 3)`;

  test('is pulled and pushed while others do the same to another row', async () => {
    const at = await makeFileProject(TABLE);
    await init(at.project);
    at.editRemote(`DELETE FROM t WHERE k = 'b'; INSERT INTO t(rowid, k, v) VALUES(2, 'y', 4)`);
    at.edit(EDIT);
    expect(await pull(at.project)).toMatchObject({ outcome: 'pulled', pending: 1 });
    expect(await push(at.project)).toMatchObject({ outcome: 'pushed' });
    expect(at.queryRemote('SELECT k, v FROM t ORDER BY k')).toEqual([
      ['a', 1],
      ['x', 3],
      ['y', 4],
    ]);
    expect(compareDatabases(at.remote, at.project.workingCopy)).toEqual([]);
  });

  test('is undone without the row that others have put back', async () => {
    const at = await makeFileProject(TABLE);
    await init(at.project);
    at.edit(EDIT);
    expect(await push(at.project)).toMatchObject({ outcome: 'pushed' });
    at.editRemote(`INSERT INTO t VALUES('b', 2)`);
    expect(await undo(at.project)).toMatchObject({ outcome: 'undone' });
    expect(at.queryRemote('SELECT k, v FROM t ORDER BY k')).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
  });

  test('counts as had where a working copy has it at another rowid', async () => {
    const at = await makeFileProject(TABLE);
    await init(at.project);
    const other = await at.beside('other');
    await init(other.project);
    at.edit(`INSERT INTO t VALUES('x', 3)`);
    const plan = `${at.project.directory}/plan.json`;
    await diff(at.project, { save: plan });
    other.edit(`INSERT INTO t(rowid, k, v) VALUES(9, 'x', 3)`);
    expect(await push(other.project, { plan })).toMatchObject({ outcome: 'pushed' });
    other.edit(`UPDATE t SET v = 5 WHERE k = 'x'`);
    at.editRemote(`UPDATE t SET v = 4 WHERE k = 'x'`);
    expect(await push(other.project)).toMatchObject({
      conflicts: [{ kind: 'update/update', old: { v: 3n } }],
    });
  });
});
