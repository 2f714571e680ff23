import type { ApplyOptions, ApplyResult } from '../../src/apply/apply';
import type { Conflict } from '../../src/apply/conflict';
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareDatabases, editDatabase, makeTempDir } from '@turso-sync/testing';
import { diff } from '../../src/commands/diff';
import { init } from '../../src/commands/init';
import { pull } from '../../src/commands/pull';
import { push } from '../../src/commands/push';
import { undo } from '../../src/commands/undo';
import { quoteValue } from '../../src/sqlite/values/quote';
import { makeFileProject } from '../fixtures/project.fixture';
import { summarize, type Counts } from '../../src/changeset/summary';
import { withDiff } from '../../src/changeset/diff';
import { play, type Scene } from './scene.fixture';
import { ADAPTERS } from './served.fixture';

/** A table with a primary key, and how its rows are named there. */
interface Shape {
  readonly create: string;
  readonly columns: string;
  /** The key of a story's row, as SQL values. */
  readonly key: (name: string) => string;
  /** The condition that finds it. */
  readonly where: (name: string) => string;
}

const code = (name: string): number => name.charCodeAt(0);

const SHAPES: Readonly<Record<string, Shape>> = {
  text: {
    create: 'k TEXT PRIMARY KEY, v, note',
    columns: 'k, v, note',
    key: (name) => `'${name}'`,
    where: (name) => `k = '${name}'`,
  },
  composite: {
    create: 'note, k TEXT, n INT, v, PRIMARY KEY(n, k)',
    columns: 'k, n, v, note',
    key: (name) => `'${name}', 1`,
    where: (name) => `k = '${name}' AND n = 1`,
  },
  clustered: {
    create: 'k TEXT, n INT, v, note, PRIMARY KEY(k, n)',
    columns: 'k, n, v, note',
    key: (name) => `'${name}', 1`,
    where: (name) => `k = '${name}' AND n = 1`,
  },
  number: {
    create: 'k INTEGER PRIMARY KEY, v, note',
    columns: 'k, v, note',
    key: (name) => String(code(name)),
    where: (name) => `k = ${code(name)}`,
  },
  noalias: {
    create: 'k INT PRIMARY KEY, v, note',
    columns: 'k, v, note',
    key: (name) => String(code(name)),
    where: (name) => `k = ${code(name)}`,
  },
  required: {
    create: 'v, note, k TEXT NOT NULL UNIQUE ON CONFLICT IGNORE, u UNIQUE, UNIQUE(u, k)',
    columns: 'k, v, note',
    key: (name) => `'${name}'`,
    where: (name) => `k = '${name}'`,
  },
  nocase: {
    create: 'k TEXT COLLATE NOCASE PRIMARY KEY, v, note',
    columns: 'k, v, note',
    key: (name) => `'${name}'`,
    where: (name) => `k = '${name}'`,
  },
};

const NAMES = Object.keys(SHAPES);
const ROWS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

function eachTable(sql: (table: string, shape: Shape) => string): string {
  return NAMES.map((name) => `${sql(name, SHAPES[name] as Shape)};`).join('\n');
}

const BASE = eachTable((name, { create, columns, key }) => {
  const rows = ROWS.map((row) => `(${key(row)}, 'v', 'note')`).join();
  const options = name === 'clustered' ? 'WITHOUT ROWID' : '';
  return `CREATE TABLE ${name}(${create}) ${options}; INSERT INTO ${name}(${columns}) VALUES${rows}`;
});

/** Ways to give a row another value, or the same, which all mean the same. */
const WAYS: Readonly<Record<string, (table: string, shape: Shape, row: string, value: string) => string>> = {
  'INSERT OR REPLACE': (table, { columns, key }, row, value) =>
    `INSERT OR REPLACE INTO ${table}(${columns}) VALUES(${key(row)}, '${value}', 'note')`,
  'DELETE and INSERT': (table, { columns, key, where }, row, value) =>
    `DELETE FROM ${table} WHERE ${where(row)}; INSERT INTO ${table}(${columns}) VALUES(${key(row)}, '${value}', 'note')`,
};

function update(table: string, { where }: Shape, row: string, value: string): string {
  return `UPDATE ${table} SET v = '${value}' WHERE ${where(row)}`;
}

/** Row a, c and so on in a way of changing it; f to h keep their value. */
function edits(way: typeof update, rows: string): string {
  return Array.from(rows)
    .map((row) => eachTable((table, shape) => way(table, shape, row, row < 'f' ? 'ours' : 'v')))
    .join('\n');
}

/** What others do meanwhile: nothing to a and h. */
const MEANWHILE: Readonly<Record<string, (where: string, table: string) => string>> = {
  b: (where, table) => `UPDATE ${table} SET v = 'theirs' WHERE ${where}`,
  c: (where, table) => `UPDATE ${table} SET note = 'theirs' WHERE ${where}`,
  d: (where, table) => `DELETE FROM ${table} WHERE ${where}`,
  e: (where, table) => `UPDATE ${table} SET v = 'ours' WHERE ${where}`,
  f: (where, table) => `UPDATE ${table} SET v = 'theirs' WHERE ${where}`,
  g: (where, table) => `DELETE FROM ${table} WHERE ${where}`,
};

function meanwhile(rows: string): string {
  return Array.from(rows)
    .map((row) => eachTable((table, { where }) => MEANWHILE[row]?.(where(row), table) ?? ''))
    .join('\n');
}

/** All that can be seen of a push: how it ended and what is there, but for hidden rowids. */
async function seen(scene: Scene, options: ApplyOptions): Promise<unknown> {
  const result = await scene.push(options);
  const rows: unknown[] = [];
  for (const name of NAMES) {
    const { columns } = SHAPES[name] as Shape;
    rows.push(name, await scene.query(`SELECT ${columns} FROM ${name} ORDER BY 1, 2, 3`));
  }
  return { result: described(result), rows };
}

function described(result: ApplyResult): unknown {
  if (result.outcome === 'conflict') return { outcome: result.outcome, conflicts: sorted(result.conflicts) };
  const { merged, overwritten, kept, alreadyThere } = result;
  return {
    outcome: result.outcome,
    merged,
    overwritten,
    kept,
    alreadyThere,
    resolved: sorted(result.resolved),
  };
}

function sorted(conflicts: readonly Conflict[]): unknown[] {
  const plain = conflicts.map(({ old, local, remote, ...rest }) => ({
    ...rest,
    ...Object.fromEntries(
      Object.entries({ old, local, remote }).map(([side, row]) => {
        const { rowid: _, ...values } = row ?? {};
        return [side, row === null ? null : [values['k'], values['v'], values['note']]];
      }),
    ),
  }));
  const nameOf = (conflict: (typeof plain)[number]): string =>
    `${conflict.table} ${Object.values(conflict.key ?? {})
      .map(quoteValue)
      .join()}`;
  return plain.sort((x, y) => nameOf(x).localeCompare(nameOf(y)));
}

const POLICIES: readonly (readonly [string, ApplyOptions])[] = [
  ['without options', {}],
  ['ours', { onConflict: 'write' }],
  ['theirs', { onConflict: 'keep' }],
  ['cells', { merge: 'cells' }],
  ['cells and ours', { merge: 'cells', onConflict: 'write' }],
];

const changed = async (scene: Scene, base: string): Promise<Counts> =>
  withDiff(base, scene.work, (changeset) => summarize(changeset).total);

describe.each(ADAPTERS)('rewritten rows, over %s', (_, serve) => {
  describe.each(Object.keys(WAYS))('by %s', (way) => {
    const anew = WAYS[way] as typeof update;

    test('are updates, and arrive to the rowid', () =>
      play(serve, { base: BASE, edit: edits(anew, 'acfh') }, async (scene) => {
        const base = await scene.copy();
        const { delete: deleted, insert } = await changed(scene, base);
        expect({ deleted, insert }).toEqual({ deleted: 0, insert: 0 });
        expect(await scene.push()).toMatchObject({ outcome: 'applied', attempts: 1 });
        expect(await scene.differences()).toEqual([]);
      }));

    test.each(POLICIES)('meet others as UPDATE does, %s', async (_name, options) => {
      const story = { base: BASE, remote: meanwhile('bcdefg') };
      let expected: unknown;
      await play(serve, { ...story, edit: edits(update, 'abcdefgh') }, async (scene) => {
        expected = await seen(scene, options);
      });
      const outcome = options.onConflict === undefined ? 'conflict' : 'applied';
      expect(expected).toMatchObject({ result: { outcome } });
      await play(serve, { ...story, edit: edits(anew, 'abcdefgh') }, async (scene) => {
        expect(await seen(scene, options)).toEqual(expected);
      });
    });

    test('meet others as UPDATE does where nothing is in conflict', async () => {
      const story = { base: BASE, remote: meanwhile('efg') };
      await play(serve, { ...story, edit: edits(update, 'aefgh') }, async (scene) => {
        expect(await seen(scene, {})).toMatchObject({ result: { outcome: 'applied' } });
      });
      await play(serve, { ...story, edit: edits(anew, 'aefgh') }, async (scene) => {
        const result = { outcome: 'applied', alreadyThere: NAMES.length };
        expect(await seen(scene, {})).toMatchObject({ result });
        const again = await scene.push();
        expect(again).toMatchObject({ outcome: 'applied', alreadyThere: 2 * NAMES.length });
      });
    });
  });

  test('find their rowid taken, and get another one', () =>
    play(
      serve,
      {
        base: `CREATE TABLE t(k TEXT PRIMARY KEY, v); INSERT INTO t VALUES('a', 1), ('b', 2), ('c', 3)`,
        edit: `REPLACE INTO t VALUES('a', 'ours'), ('b', 2); INSERT INTO t VALUES('new', 'ours')`,
        remote: `INSERT INTO t VALUES('x', 'theirs'), ('y', 'theirs')`,
      },
      async (scene) => {
        expect(await scene.push()).toMatchObject({ outcome: 'applied', movedRowids: ['t'] });
        expect(await scene.query('SELECT k, v FROM t ORDER BY k')).toEqual([
          ['a', 'ours'],
          ['b', 2n],
          ['c', 3n],
          ['new', 'ours'],
          ['x', 'theirs'],
          ['y', 'theirs'],
        ]);
      },
    ));

  test.each([
    ['with a hidden rowid', ''],
    ['without a rowid', 'WITHOUT ROWID'],
  ])(
    'in another letter case are the same row where the key takes them for equal, %s',
    async (_name, options) => {
      const base = `CREATE TABLE t(k TEXT COLLATE NOCASE PRIMARY KEY, v) ${options};
      INSERT INTO t VALUES('a', 1), ('b', 2), ('c', 3), ('d', 4)`;
      const edit = `REPLACE INTO t VALUES('A', 'ours'), ('B', 2), ('C', 'ours'), ('D', 'ours')`;
      await play(serve, { base, edit }, async (scene) => {
        expect(await changed(scene, await scene.copy())).toEqual({ delete: 0, update: 4, insert: 0 });
        expect(await scene.push()).toMatchObject({ outcome: 'applied', attempts: 1 });
        expect(await scene.differences()).toEqual([]);
      });
      const remote = `DELETE FROM t WHERE k = 'a'; UPDATE t SET v = 'theirs' WHERE k = 'c'; REPLACE INTO t VALUES('D', 'ours')`;
      await play(serve, { base, edit, remote }, async (scene) => {
        const result = await scene.push();
        expect(result).toMatchObject({
          outcome: 'conflict',
          conflicts: [
            { kind: 'update/delete', key: { k: 'a' } },
            { kind: 'update/update', key: { k: 'c' } },
          ],
        });
        expect(await scene.push({ onConflict: 'write' })).toMatchObject({ overwritten: 2, alreadyThere: 1 });
        expect(await scene.query('SELECT k, v FROM t ORDER BY k')).toEqual([
          ['A', 'ours'],
          ['B', 2n],
          ['C', 'ours'],
          ['D', 'ours'],
        ]);
      });
    },
  );

  test('leave keys with NULL alone, since any number of rows may have them', () =>
    play(
      serve,
      {
        base: `CREATE TABLE t(k TEXT PRIMARY KEY, v); INSERT INTO t VALUES(NULL, 1), ('b', 2), (NULL, 3)`,
        edit: `DELETE FROM t WHERE v = 1; INSERT INTO t VALUES(NULL, 1); REPLACE INTO t VALUES('b', 2)`,
      },
      async (scene) => {
        expect(await changed(scene, await scene.copy())).toEqual({ delete: 1, update: 1, insert: 1 });
        expect(await scene.push()).toMatchObject({ outcome: 'applied', attempts: 1 });
        expect(await scene.differences()).toEqual([]);
      },
    ));

  test('are updates in a table of very many columns', () =>
    play(
      serve,
      {
        base: `CREATE TABLE t(k TEXT PRIMARY KEY, ${Array.from({ length: 1_998 }, (_, i) => `c${i}`).join()});
          INSERT INTO t(k, c0) VALUES('a', 1), ('b', 2), ('c', 3)`,
        edit: `REPLACE INTO t(k, c0, c1997) VALUES('a', 'ours', 'ours'), ('b', 'ours', 'ours')`,
        remote: `UPDATE t SET c5 = 'theirs' WHERE k = 'b'`,
      },
      async (scene) => {
        expect(await scene.push()).toMatchObject({
          outcome: 'conflict',
          conflicts: [{ kind: 'update/update', key: { k: 'b' }, columns: ['c0', 'c5', 'c1997'] }],
        });
        expect(await scene.push({ merge: 'cells' })).toMatchObject({ outcome: 'applied', merged: 1 });
        expect(await scene.query('SELECT k, c0, c5, c1997 FROM t ORDER BY k')).toEqual([
          ['a', 'ours', null, 'ours'],
          ['b', 'ours', 'theirs', 'ours'],
          ['c', 3n, null, null],
        ]);
      },
    ));

  test('take rowids from each other', () =>
    play(
      serve,
      {
        base: `CREATE TABLE t(k TEXT PRIMARY KEY, v); INSERT INTO t VALUES('a', 1), ('b', 2), ('c', 3), ('d', 4), ('e', 5)`,
        edit: `DELETE FROM t; INSERT INTO t VALUES('e', 5), ('a', 1), ('new', 0), ('c', 'ours'), ('b', 2)`,
      },
      async (scene) => {
        expect(await changed(scene, await scene.copy())).toEqual({ delete: 1, update: 4, insert: 1 });
        expect(await scene.push()).toMatchObject({ outcome: 'applied', attempts: 1 });
        expect(await scene.differences()).toEqual([]);
      },
    ));
});

describe('rewritten rows', () => {
  const TABLE = `CREATE TABLE t(k TEXT PRIMARY KEY, v); INSERT INTO t VALUES('a', 1), ('b', 2), ('c', 3), ('d', 4)`;
  const EDIT = `REPLACE INTO t VALUES('b', 'ours'); DELETE FROM t WHERE k = 'a'; INSERT INTO t VALUES('a', 1)`;

  test('stand in diff.sql and in a plan, and are undone', async () => {
    const at = await makeFileProject(TABLE);
    await init(at.project);
    const [before, plan] = [join(makeTempDir(), 'before.db'), join(makeTempDir(), 'plan.json')];
    copyFileSync(at.remote, before);
    at.edit(EDIT);
    await diff(at.project, { save: plan });
    const applied = join(makeTempDir(), 'applied.db');
    copyFileSync(before, applied);
    editDatabase(applied, readFileSync(at.project.files.diffSql, 'utf8'));
    expect(compareDatabases(applied, at.project.workingCopy)).toEqual([]);

    expect(await push(at.project, { plan })).toMatchObject({
      outcome: 'pushed',
      changes: { total: { update: 2 } },
    });
    expect(compareDatabases(at.remote, at.project.workingCopy)).toEqual([]);
    expect(await undo(at.project)).toMatchObject({ outcome: 'undone' });
    expect(compareDatabases(at.remote, before)).toEqual([]);
  });

  test('may leave their rowid to a new row, which is not taken for them', async () => {
    const at = await makeFileProject(
      `CREATE TABLE t(k TEXT PRIMARY KEY, v); INSERT INTO t VALUES('a', 1), ('b', 2)`,
    );
    await init(at.project);
    at.editRemote(`REPLACE INTO t VALUES('b', 2)`);
    at.edit(`DELETE FROM t WHERE k = 'b'; INSERT INTO t(rowid, k, v) VALUES(2, 'new', 3), (3, 'b', 2)`);
    expect(await pull(at.project)).toMatchObject({ pending: 1 });
    expect(await push(at.project)).toMatchObject({ outcome: 'pushed' });
    expect(at.queryRemote('SELECT k, v FROM t ORDER BY k')).toEqual([
      ['a', 1],
      ['b', 2],
      ['new', 3],
    ]);
    expect(compareDatabases(at.remote, at.project.workingCopy)).toEqual([]);
  });

  test('are pulled, from either side', async () => {
    const at = await makeFileProject(TABLE);
    await init(at.project);
    at.editRemote(EDIT);
    at.edit(`REPLACE INTO t VALUES('c', 'mine'); UPDATE t SET v = 'mine' WHERE k = 'd'`);
    expect(await pull(at.project)).toMatchObject({ outcome: 'pulled', pending: 2 });
    expect(await push(at.project)).toMatchObject({ outcome: 'pushed' });
    expect(at.queryRemote('SELECT k, v FROM t ORDER BY k')).toEqual([
      ['a', 1],
      ['b', 'ours'],
      ['c', 'mine'],
      ['d', 'mine'],
    ]);
    at.editRemote(`REPLACE INTO t VALUES('c', 'theirs')`);
    at.edit(`REPLACE INTO t VALUES('c', 'mine again')`);
    expect(await pull(at.project)).toMatchObject({
      outcome: 'conflict',
      conflicts: [{ kind: 'update/update', key: { k: 'c' }, columns: ['v'] }],
    });
  });
});
