import type { ApplyOptions } from './apply';
import type { Conflict } from './conflict';
import { play, type Story } from '../../test/push/scene.fixture';
import { ADAPTERS } from '../../test/push/served.fixture';

const BASE = `
  CREATE TABLE t(id INTEGER PRIMARY KEY, a, b, u UNIQUE);
  CREATE TABLE named(name TEXT PRIMARY KEY, a, b);
  CREATE TABLE w(k TEXT, n INTEGER, a, b, PRIMARY KEY(k, n)) WITHOUT ROWID;
  CREATE TABLE log(what, a);
  INSERT INTO t VALUES(1, 'a', 'b', 'x'), (2, 'a', 'b', 'y'), (3, 'a', 'b', 'z');
  INSERT INTO named VALUES('ann', 'a', 'b'), ('bob', 'a', 'b'), ('cat', 'a', 'b');
  INSERT INTO w VALUES('k', 1, 'a', 'b'), ('k', 2, 'a', 'b');
  INSERT INTO log VALUES('first', 1), ('second', 2);`;

interface Case extends Partial<Story> {
  readonly what: string;
  readonly options: ApplyOptions;
  /** The numbers of rows merged, overwritten and kept. */
  readonly counts: readonly [merged: number, overwritten: number, kept: number];
  readonly resolved: readonly Partial<Conflict>[];
  readonly query: string;
  readonly rows: unknown[][];
}

const CELLS = { merge: 'cells' } as const;
const NEVER = { merge: 'never' } as const;
const WRITE = { onConflict: 'write' } as const;
const KEEP = { onConflict: 'keep' } as const;

const RESOLVED: readonly Case[] = [
  {
    what: 'changes of different columns of one row',
    options: CELLS,
    edit: `UPDATE t SET a = 'ours' WHERE id = 1; UPDATE w SET a = 'ours'`,
    remote: `UPDATE t SET b = 'theirs' WHERE id = 1; UPDATE w SET b = 'theirs' WHERE n = 2`,
    counts: [2, 0, 0],
    resolved: [
      {
        kind: 'update/update',
        table: 't',
        key: { id: 1n },
        columns: ['a', 'b'],
        old: { id: 1n, a: 'a', b: 'b', u: 'x' },
        local: { id: 1n, a: 'ours', b: 'b', u: 'x' },
        remote: { id: 1n, a: 'a', b: 'theirs', u: 'x' },
        resolution: 'merged',
      },
      { kind: 'update/update', table: 'w', key: { k: 'k', n: 2n }, resolution: 'merged' },
    ],
    query: `SELECT a, b FROM t WHERE id = 1 UNION ALL SELECT a, b FROM w`,
    rows: [
      ['ours', 'theirs'],
      ['ours', 'b'],
      ['ours', 'theirs'],
    ],
  },
  {
    what: 'changes of a unique column and of another one, and the same change of a third',
    options: CELLS,
    edit: `UPDATE t SET u = 'y2', b = 'same' WHERE id = 2; UPDATE t SET u = 'y' WHERE id = 1`,
    remote: `UPDATE t SET a = 'theirs', b = 'same' WHERE id = 2`,
    counts: [1, 0, 0],
    resolved: [{ key: { id: 2n }, columns: ['a', 'b', 'u'], resolution: 'merged' }],
    query: 'SELECT * FROM t WHERE id < 3',
    rows: [
      [1n, 'a', 'b', 'y'],
      [2n, 'theirs', 'same', 'y2'],
    ],
  },
  {
    what: 'changes of different columns of a row that is known by its name, wherever it has moved',
    options: CELLS,
    edit: `UPDATE named SET a = 'ours' WHERE name = 'cat'`,
    remote: `DELETE FROM named WHERE name = 'cat'; INSERT INTO named VALUES('dan', 'a', 'b'), ('cat', 'a', 'theirs')`,
    counts: [1, 0, 0],
    resolved: [{ table: 'named', key: { name: 'cat' }, resolution: 'merged' }],
    query: 'SELECT rowid, * FROM named WHERE rowid > 2',
    rows: [
      [3n, 'dan', 'a', 'b'],
      [4n, 'cat', 'ours', 'theirs'],
    ],
  },
  {
    what: 'rows that both changed, in which we win',
    options: WRITE,
    edit: `UPDATE t SET a = 'ours' WHERE id = 1; UPDATE named SET a = 'ours' WHERE name = 'ann'`,
    remote: `UPDATE t SET b = 'theirs', a = 'theirs' WHERE id = 1; UPDATE named SET b = 'theirs' WHERE name = 'ann'`,
    counts: [0, 2, 0],
    resolved: [
      {
        table: 't',
        columns: ['a'],
        remote: { id: 1n, a: 'theirs', b: 'theirs', u: 'x' },
        resolution: 'overwritten',
      },
      { table: 'named', resolution: 'overwritten' },
    ],
    query: `SELECT a, b FROM t WHERE id = 1 UNION ALL SELECT a, b FROM named WHERE name = 'ann'`,
    rows: [
      ['ours', 'b'],
      ['ours', 'b'],
    ],
  },
  {
    what: 'columns that both changed, in which we win, beside a column that only they changed',
    options: { ...CELLS, ...WRITE },
    edit: `UPDATE t SET a = 'ours' WHERE id = 1`,
    remote: `UPDATE t SET b = 'theirs', a = 'theirs' WHERE id = 1`,
    counts: [0, 1, 0],
    resolved: [{ columns: ['a'], resolution: 'overwritten' }],
    query: 'SELECT a, b FROM t WHERE id = 1',
    rows: [['ours', 'theirs']],
  },
  {
    what: 'rows that they changed or deleted and we deleted or changed, in which we win',
    options: WRITE,
    edit: `UPDATE t SET a = 'ours' WHERE id = 1; DELETE FROM t WHERE id = 2; UPDATE log SET a = 9 WHERE what = 'second';
      UPDATE named SET a = 'ours' WHERE name = 'cat'; DELETE FROM named WHERE name = 'ann'`,
    remote: `DELETE FROM t WHERE id = 1; UPDATE t SET a = 'theirs' WHERE id = 2; DELETE FROM log WHERE what = 'second';
      DELETE FROM named WHERE name = 'cat'; INSERT INTO named VALUES('dan', 1, 1); UPDATE named SET a = 2 WHERE name = 'ann'`,
    counts: [0, 5, 0],
    resolved: [
      { kind: 'delete/update', table: 't', key: { id: 2n }, local: null },
      { kind: 'update/delete', table: 't', key: { id: 1n }, remote: null },
      { kind: 'delete/update', table: 'named', key: { name: 'ann' } },
      { kind: 'update/delete', table: 'named', key: { name: 'cat' }, remote: null },
      { kind: 'update/delete', table: 'log', key: { rowid: 2n } },
    ],
    query: `SELECT id, a FROM t UNION ALL SELECT what, a FROM log UNION ALL SELECT name, a FROM named`,
    rows: [
      [1n, 'ours'],
      [3n, 'a'],
      ['first', 1n],
      ['second', 9n],
      ['bob', 'a'],
      ['dan', 1n],
      ['cat', 'ours'],
    ],
  },
  {
    what: 'rows that both added, in which we win',
    options: WRITE,
    edit: `INSERT INTO t VALUES(9, 'ours', NULL, 'new'); INSERT INTO named VALUES('eve', 'ours', 1); INSERT INTO w VALUES('k', 3, 'ours', 1)`,
    remote: `INSERT INTO t VALUES(9, 'theirs', 1, NULL); INSERT INTO named VALUES('dan', 'theirs', 2), ('eve', 'theirs', 2);
      INSERT INTO w VALUES('k', 3, 'theirs', 2)`,
    counts: [0, 3, 0],
    resolved: [
      { kind: 'insert/insert', table: 't', key: { id: 9n } },
      { kind: 'insert/insert', table: 'named', key: { name: 'eve' } },
      { kind: 'insert/insert', table: 'w', key: { k: 'k', n: 3n } },
    ],
    query: `SELECT id, a, b FROM t WHERE id = 9 UNION ALL SELECT rowid, a, b FROM named WHERE name = 'eve' UNION ALL
      SELECT n, a, b FROM w WHERE n = 3`,
    rows: [
      [9n, 'ours', null],
      [5n, 'ours', 1n],
      [3n, 'ours', 1n],
    ],
  },
  {
    what: 'every kind of row, in which they win',
    options: KEEP,
    edit: `UPDATE t SET a = 'ours'; DELETE FROM w; INSERT INTO named VALUES('eve', 'ours', 1); UPDATE named SET a = 'ours' WHERE name = 'ann'`,
    remote: `UPDATE t SET a = 'theirs' WHERE id = 1; DELETE FROM t WHERE id = 2; UPDATE w SET a = 'theirs' WHERE n = 1;
      INSERT INTO named VALUES('eve', 'theirs', 2)`,
    counts: [0, 0, 4],
    resolved: [
      { kind: 'update/update', table: 't', key: { id: 1n }, resolution: 'kept' },
      { kind: 'update/delete', table: 't', key: { id: 2n }, resolution: 'kept' },
      { kind: 'insert/insert', table: 'named', key: { name: 'eve' }, resolution: 'kept' },
      { kind: 'delete/update', table: 'w', key: { k: 'k', n: 1n }, resolution: 'kept' },
    ],
    query: 'SELECT id, a FROM t UNION ALL SELECT n, a FROM w UNION ALL SELECT name, a FROM named',
    rows: [
      [1n, 'theirs'],
      [3n, 'ours'],
      [1n, 'theirs'],
      ['ann', 'ours'],
      ['bob', 'a'],
      ['cat', 'a'],
      ['eve', 'theirs'],
    ],
  },
  {
    what: 'values that have to be unique and were taken, which they keep, one after the other',
    options: KEEP,
    edit: `INSERT INTO t(id, u) VALUES(7, 'taken'), (8, 'free'); UPDATE t SET u = 'swap' WHERE id = 1; UPDATE t SET u = 'x' WHERE id = 2`,
    remote: `INSERT INTO t(id, u) VALUES(9, 'taken'), (10, 'swap')`,
    counts: [0, 0, 3],
    resolved: [
      { kind: 'unique', table: 't', key: { id: 1n }, columns: ['u'], resolution: 'kept' },
      { kind: 'unique', table: 't', key: { id: 7n }, local: { id: 7n, a: null, b: null, u: 'taken' } },
      { kind: 'unique', table: 't', key: { id: 2n }, remote: { id: 1n, a: 'a', b: 'b', u: 'x' } },
    ],
    query: 'SELECT id, u FROM t ORDER BY id',
    rows: [
      [1n, 'x'],
      [2n, 'y'],
      [3n, 'z'],
      [8n, 'free'],
      [9n, 'taken'],
      [10n, 'swap'],
    ],
  },
  {
    what: 'rows whose parent is gone, which stay away',
    options: KEEP,
    base: `CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE c(id INTEGER PRIMARY KEY, p REFERENCES p);
      INSERT INTO p VALUES(1), (2); INSERT INTO c VALUES(1, 1)`,
    edit: 'INSERT INTO c VALUES(2, 2), (3, 1); UPDATE c SET p = 2 WHERE id = 1',
    remote: 'DELETE FROM p WHERE id = 2',
    counts: [0, 0, 2],
    resolved: [
      { kind: 'foreign key', table: 'c', key: { id: 1n }, old: { id: 1n, p: 1n } },
      { kind: 'foreign key', table: 'c', key: { id: 2n }, local: { id: 2n, p: 2n } },
    ],
    query: 'SELECT id, p FROM c',
    rows: [
      [1n, 1n],
      [3n, 1n],
    ],
  },
  {
    what: 'columns that a rule does not allow together, in favour of theirs',
    options: { ...CELLS, ...KEEP },
    base: 'CREATE TABLE r(id INTEGER PRIMARY KEY, low, high, CHECK(low < high)); INSERT INTO r VALUES(1, 1, 9), (2, 1, 9)',
    edit: 'UPDATE r SET low = 8',
    remote: 'UPDATE r SET high = 2 WHERE id = 1',
    counts: [0, 0, 1],
    resolved: [{ kind: 'check', table: 'r', key: { id: 1n }, local: { id: 1n, low: 8n, high: 2n } }],
    query: 'SELECT low, high FROM r',
    rows: [
      [1n, 2n],
      [8n, 9n],
    ],
  },
];

/** Changes of both sides with the same result. */
const ALIKE = `UPDATE t SET a = 'same' WHERE id = 1; DELETE FROM t WHERE id = 2; UPDATE named SET a = 'same' WHERE name = 'ann';
  INSERT INTO named VALUES('eve', 'same', 1); INSERT INTO w VALUES('k', 3, 'same', 1); UPDATE log SET a = 'same' WHERE what = 'first'`;

/** Changes that stay a conflict with every policy. */
const UNRESOLVED: readonly (Partial<Story> & { what: string; options: ApplyOptions; kind: string })[] = [
  {
    what: 'the same column of a row, where only others may be merged',
    options: CELLS,
    edit: `UPDATE t SET a = 'ours' WHERE id = 1`,
    remote: `UPDATE t SET a = 'theirs' WHERE id = 1`,
    kind: 'update/update',
  },
  {
    what: 'columns of a row that only a hidden rowid tells from others',
    options: CELLS,
    edit: `UPDATE log SET a = 9 WHERE what = 'second'`,
    remote: `UPDATE log SET what = 'another' WHERE what = 'second'`,
    kind: 'update/update',
  },
  {
    what: 'columns that a rule allows one by one, and not together',
    options: CELLS,
    base: 'CREATE TABLE r(id INTEGER PRIMARY KEY, low, high, CHECK(low < high)); INSERT INTO r VALUES(1, 1, 9)',
    edit: 'UPDATE r SET low = 8',
    remote: 'UPDATE r SET high = 2',
    kind: 'check',
  },
  {
    what: 'a unique value that another row of theirs has, which nobody asked to lose',
    options: { ...CELLS, ...WRITE },
    edit: `UPDATE t SET u = 'new' WHERE id = 1`,
    remote: `UPDATE t SET u = 'new' WHERE id = 2`,
    kind: 'unique',
  },
  ...[WRITE, KEEP].map((options) => ({
    what: `a definition that has changed, under ${options.onConflict}`,
    options,
    edit: `UPDATE t SET a = 'ours' WHERE id = 1`,
    remote: 'ALTER TABLE t ADD COLUMN c',
    kind: 'schema',
  })),
];

describe.each(ADAPTERS)('over %s', (_, serve) => {
  test.each(RESOLVED)('resolves $what', ({ options, counts, resolved, query, rows, ...story }) =>
    play(serve, { base: BASE, ...story }, async (scene) => {
      const [merged, overwritten, kept] = counts;
      const result = await scene.push(options);
      expect(result).toMatchObject({ outcome: 'applied', merged, overwritten, kept });
      if (result.outcome !== 'applied') return;
      expect(result.resolved).toHaveLength(resolved.length);
      expect(result.resolved).toEqual(
        expect.arrayContaining(resolved.map((c) => expect.objectContaining(c) as unknown)),
      );
      expect(await scene.query(query)).toEqual(rows);
    }),
  );

  test.each(UNRESOLVED)('leaves alone $what', ({ options, kind, ...story }) =>
    play(serve, { base: BASE, ...story }, async (scene) => {
      const before = await scene.bytes();
      expect(await scene.push(options)).toMatchObject({
        outcome: 'conflict',
        conflicts: [{ kind, resolution: null }],
      });
      expect(await scene.bytes()).toEqual(before);
    }),
  );

  test('takes equal changes of both sides for done, and deletes too', () =>
    play(serve, { base: BASE, edit: ALIKE, remote: ALIKE }, async (scene) => {
      expect(await scene.push()).toMatchObject({ outcome: 'applied', alreadyThere: 6, resolved: [] });
    }));

  test('takes equal changes for a conflict where they must never be one', () =>
    play(serve, { base: BASE, edit: ALIKE, remote: ALIKE }, async (scene) => {
      const before = await scene.bytes();
      const result = await scene.push(NEVER);
      expect(result).toMatchObject({
        outcome: 'conflict',
        conflicts: [
          { kind: 'update/update', table: 'log', columns: ['a'] },
          { kind: 'update/update', message: 'Both sides set the same values in this row.', key: { id: 1n } },
          { kind: 'update/update', table: 'named', key: { name: 'ann' } },
          {
            kind: 'insert/insert',
            table: 'named',
            message: 'Both sides added this row with the same values.',
          },
          { kind: 'insert/insert', table: 'w' },
        ],
      });
      expect(await scene.bytes()).toEqual(before);
      expect(await scene.push({ ...NEVER, ...KEEP })).toMatchObject({
        outcome: 'applied',
        kept: 5,
        alreadyThere: 1,
      });
      expect(await scene.push({ ...NEVER, ...WRITE })).toMatchObject({ overwritten: 5, alreadyThere: 1 });
    }));

  test('overwrites nothing that it has not read', () =>
    play(
      serve,
      {
        base: BASE,
        edit: `UPDATE t SET a = 'ours' WHERE id = 1`,
        remote: `UPDATE t SET a = 'theirs' WHERE id = 1`,
      },
      async (scene) => {
        const { remote } = scene.served;
        let sent = 0;
        const target = {
          ...remote,
          async transact(statements: Parameters<typeof remote.transact>[0]) {
            if (++sent === 2) await scene.served.edit(`UPDATE t SET a = 'third', b = 'third' WHERE id = 1`);
            return remote.transact(statements);
          },
        };
        expect(await scene.push({ target, ...WRITE })).toMatchObject({
          outcome: 'applied',
          attempts: 3,
          overwritten: 1,
          resolved: [{ remote: { id: 1n, a: 'third', b: 'third', u: 'x' } }],
        });
        expect(await scene.query('SELECT a, b FROM t WHERE id = 1')).toEqual([['ours', 'b']]);
      },
    ));

  test('says what was really written, so that it can be undone', () =>
    play(
      serve,
      {
        base: BASE,
        edit: `UPDATE t SET a = 'ours' WHERE id < 3; INSERT INTO log VALUES('ours', 3)`,
        remote: `UPDATE t SET b = 'theirs' WHERE id = 1; INSERT INTO log VALUES('theirs', 3)`,
      },
      async (scene) => {
        const result = await scene.push(CELLS);
        if (result.outcome !== 'applied') throw new Error(result.outcome);
        const [appended, updated] = result.applied.tables.map((t) => [
          ...t.rows('update'),
          ...t.rows('insert'),
        ]);
        expect(updated).toEqual([
          { kind: 'update', old: [1n, 'a', 'theirs', 'x'], new: [1n, 'ours', 'theirs', 'x'], changed: [1] },
          { kind: 'update', old: [2n, 'a', 'b', 'y'], new: [2n, 'ours', 'b', 'y'], changed: [1] },
        ]);
        expect(appended).toEqual([{ kind: 'insert', new: [4n, 'ours', 3n] }]);
      },
    ));
});
