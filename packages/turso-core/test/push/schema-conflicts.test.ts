import type { Conflict } from '../../src/apply/conflict';
import { conflictText } from '../../src/report/conflict-text';
import { play } from './scene.fixture';
import { ADAPTERS } from './served.fixture';

const BASE = `CREATE TABLE t(id INTEGER PRIMARY KEY, a, b); INSERT INTO t VALUES(1, 'a', 1), (2, 'b', 2); CREATE INDEX i ON t(a);
  CREATE TABLE o(x); CREATE TRIGGER x AFTER INSERT ON t BEGIN INSERT INTO o VALUES(new.a); END`;
const REBUILD = (definition: string, columns = 'id, a, b'): string =>
  `DROP TRIGGER x; CREATE TABLE n(${definition}); INSERT INTO n SELECT ${columns} FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t;
   CREATE INDEX i ON t(a); CREATE TRIGGER x AFTER INSERT ON t BEGIN INSERT INTO o VALUES(new.a); END;`;
const CHECKED = REBUILD(`id INTEGER PRIMARY KEY, a CHECK (a <> 'bad'), b UNIQUE`);
/** As {@link REBUILD}, with none of the rows there were. */
const EMPTIED = (definition: string): string =>
  `DROP TRIGGER x; DROP TABLE t; CREATE TABLE t(${definition}; CREATE INDEX i ON t(a);
   CREATE TRIGGER x AFTER INSERT ON t BEGIN INSERT INTO o VALUES(new.a); END;`;
const FILLED = REBUILD(`id INTEGER PRIMARY KEY, a, b, c NOT NULL`, `id, a, b, 'c' || id`);
/** As Django adds a column: each row gets the same value, and the definition has no DEFAULT. */
const ALIKE = REBUILD(`id INTEGER PRIMARY KEY, a, b, c NOT NULL`, `id, a, b, 'c'`);

describe.each(ADAPTERS)('a changed definition and a remote that has moved, over %s', (_, serve) => {
  test.each([
    ['rows were added', CHECKED, `INSERT INTO t VALUES(3, 'c', 3)`, '3|c|3'],
    ['rows were changed', CHECKED, `UPDATE t SET a = 'z' WHERE id = 1`, '1|z|1'],
    ['rows were deleted', CHECKED, `DELETE FROM t WHERE id = 1`, '2|b|2'],
    [
      'rows were added, of a table that gets a column',
      'ALTER TABLE t ADD COLUMN c DEFAULT 5',
      `INSERT INTO t VALUES(3, 'c', 3)`,
      '3|c|3',
    ],
    ['an index was added', CHECKED, `CREATE UNIQUE INDEX theirs ON t(b, a) WHERE id > 0`, '1|a|1'],
    ...['an index', 'a view', 'a trigger'].map((what, i): [string, string, string, string] => [
      `${what} was added to a table that is renamed, as are its columns`,
      'ALTER TABLE t RENAME COLUMN b TO c; ALTER TABLE t RENAME TO u; ALTER TABLE u RENAME COLUMN c TO b',
      [
        'CREATE INDEX theirs ON t(b)',
        'CREATE VIEW theirs AS SELECT b FROM t',
        'CREATE TRIGGER theirs AFTER DELETE ON t BEGIN UPDATE t SET b = 1; END',
      ][i] ?? '',
      '1|a|1',
    ]),
    [
      'an index and rows were added',
      `DELETE FROM t WHERE id = 2; ${CHECKED}`,
      `CREATE INDEX theirs ON t(b, a); INSERT INTO t VALUES(3, 'c', 3)`,
      '3|c|3',
    ],
    ['other tables were made', CHECKED, 'CREATE TABLE theirs(a); CREATE VIEW v AS SELECT a FROM t', '1|a|1'],
    [
      'rows were added, of a renamed table',
      'ALTER TABLE t RENAME TO u',
      `INSERT INTO t VALUES(3, 'c', 3)`,
      '3|c|3',
    ],
  ])('goes through where %s', (_what, edit, remote, row) =>
    play(serve, { base: BASE, edit, remote }, async (scene) => {
      const own = edit === CHECKED ? `UPDATE t SET b = 20 WHERE id = 2; ${edit}` : edit;
      expect(own).toContain(edit);
      expect(await scene.push()).toMatchObject({ outcome: 'applied' });
      const table = edit.includes('TO u') ? 'u' : 't';
      const rows = await scene.query(`SELECT concat_ws('|', id, a, b) FROM ${table}`);
      expect(rows.flat()).toContain(row);
      const theirs = await scene.query("SELECT count(*) FROM sqlite_schema WHERE name = 'theirs'");
      expect(theirs).toEqual([[remote.includes(' theirs') ? 1n : 0n]]);
      expect(await scene.query('PRAGMA integrity_check')).toEqual([['ok']]);
      // Nothing of theirs, and nothing of ours, is written twice.
      expect(await scene.push()).toMatchObject({ outcome: 'applied' });
      expect(await scene.query(`SELECT concat_ws('|', id, a, b) FROM ${table}`)).toEqual(rows);
    }),
  );

  test.each([
    ['a new rule', `(id INTEGER PRIMARY KEY, a CHECK (a <> 'b'), b)`],
    ['a new uniqueness', '(id INTEGER PRIMARY KEY, a COLLATE NOCASE UNIQUE, b)'],
    ['a strict type', '(id INTEGER PRIMARY KEY, a TEXT, b INTEGER) STRICT'],
    ['a new key', '(a PRIMARY KEY NOT NULL, id, b) WITHOUT ROWID'],
    ['a type of doubles', '(id INTEGER PRIMARY KEY, a REAL, b)'],
  ])('goes through with the rows that fit, where one does not fit %s', async (_what, definition) => {
    const base = `${BASE}; INSERT INTO t VALUES(4, 'd', 4), (5, 'A', 5), (6, 'B', 6), (7, '0.1', x'01'), (8, 'b', 8), (9, NULL, 9)`;
    const edit = `UPDATE t SET a = 'new' || id WHERE id IN (5, 6); CREATE TABLE n${definition};
      INSERT INTO n(id, a, b) SELECT id, a, b FROM t WHERE id NOT IN (2, 7, 8, 9); DROP TABLE t; ALTER TABLE n RENAME TO t;
      INSERT INTO t(id, a, b) VALUES(8, 'eight', 8)`;
    await play(serve, { base, edit }, async (scene) => {
      for (let time = 0; time < 2; time++) {
        expect(await scene.push()).toMatchObject({ outcome: 'applied', attempts: time + 1 });
        expect(await scene.differences()).toEqual([]);
      }
    });
    const remote = `UPDATE t SET a = 'z' WHERE id = 1; INSERT INTO t VALUES(3, 'c', 3); DELETE FROM t WHERE id = 4`;
    await play(serve, { base, edit, remote }, async (scene) => {
      expect(await scene.push()).toMatchObject({ outcome: 'applied' });
      const rows = await scene.query(`SELECT concat_ws('|', id, a, b) FROM t ORDER BY id`);
      expect(rows.flat()).toEqual(['1|z|1', '3|c|3', '5|new5|5', '6|new6|6', '8|eight|8']);
    });
  });

  test('is found done where someone else has done the same, and the rest goes through', () =>
    play(
      serve,
      { base: BASE, edit: `${CHECKED} UPDATE t SET a = 'mine' WHERE id = 1`, remote: CHECKED },
      async (scene) => {
        expect(await scene.push()).toMatchObject({ outcome: 'applied', alreadyThere: 0 });
        expect(await scene.differences()).toEqual([]);
      },
    ));

  test.each<[what: string, edit: string, remote: string, conflict: Partial<Conflict>]>([
    [
      'the same table was changed differently',
      CHECKED,
      'ALTER TABLE t ADD COLUMN theirs',
      { kind: 'schema', table: 't', message: 'table "t" was changed on the remote.' },
    ],
    ['it was dropped', CHECKED, 'DROP TABLE t', { kind: 'schema', table: 't' }],
    [
      'its new name is taken',
      'ALTER TABLE t RENAME TO u',
      'CREATE TABLE u(a)',
      { kind: 'schema', table: 'u', message: 'table "u" was made in another way on the remote.' },
    ],
    [
      'an index was added that does not fit any more',
      REBUILD('id INTEGER PRIMARY KEY, a CHECK (id > 0)', 'id, a'),
      'CREATE INDEX theirs ON t(b)',
      {
        kind: 'schema',
        table: 't',
        message: expect.stringMatching(/^index "theirs" was added on the remote, and does not fit/) as string,
      },
    ],
    [
      'a view was added that is broken, and a table is renamed',
      'ALTER TABLE t RENAME TO u',
      'CREATE VIEW broken AS SELECT nowhere FROM t',
      { kind: 'schema', table: 'u', message: expect.stringContaining('error in view broken') as string },
    ],
    [
      'an index was added to a table that is dropped',
      'DROP TABLE t',
      'CREATE INDEX theirs ON t(b)',
      { kind: 'schema', table: 't', message: 'index "theirs" was added on the remote.' },
    ],
    [
      'a uniqueness was added that a row of ours breaks',
      `UPDATE t SET b = 1; ${REBUILD('id INTEGER PRIMARY KEY, a CHECK (id > 0), b')}`,
      'CREATE UNIQUE INDEX theirs ON t(b)',
      { table: 't', message: expect.stringContaining('UNIQUE constraint failed: t.b') as string },
    ],
    [
      'a trigger was added that would be lost',
      CHECKED,
      'CREATE TRIGGER theirs AFTER DELETE ON t BEGIN SELECT 1; END',
      { kind: 'schema', table: 't', message: 'trigger "theirs" was added on the remote.' },
    ],
    [
      'an index of it was dropped',
      CHECKED,
      'DROP INDEX i',
      { kind: 'schema', table: 't', message: 'index "i" was dropped on the remote.' },
    ],
    [
      'a row was added that breaks a new rule',
      CHECKED,
      `INSERT INTO t VALUES(3, 'bad', 3)`,
      { kind: 'schema', table: 't', message: expect.stringContaining('CHECK constraint failed') as string },
    ],
    [
      'a row was added that breaks a new uniqueness',
      CHECKED,
      `INSERT INTO t VALUES(3, 'c', 2)`,
      {
        kind: 'schema',
        table: 't',
        message: expect.stringContaining('UNIQUE constraint failed: t.b') as string,
      },
    ],
    ...[
      [`a CHECK (id < 3 OR json_valid(a) AND json_type(a) > '' OR json_type(a, '$') > '')`, 'malformed JSON'],
      [`a, g AS (CASE WHEN id > 2 THEN json_type(a) END) STORED`, 'malformed JSON'],
      [`a, g AS (abs(CASE WHEN id > 2 THEN -9223372036854775808 ELSE id END)) STORED`, 'integer overflow'],
    ].map(([definition = '', reason = '']): [string, string, string, Partial<Conflict>] => [
      `a row was added for which an expression fails: ${definition}`,
      `DROP TRIGGER x; CREATE TABLE n(id INTEGER PRIMARY KEY, b, ${definition}); INSERT INTO n(id, a, b) SELECT id, a, b FROM t;
       DROP TABLE t; ALTER TABLE n RENAME TO t; CREATE INDEX i ON t(a);
       CREATE TRIGGER x AFTER INSERT ON t BEGIN INSERT INTO o VALUES(new.a); END;`,
      `INSERT INTO t VALUES(3, '{', 3)`,
      {
        ...{ kind: 'schema', table: 't' },
        message: `Rows on the remote do not fit your new definition of this table: ${reason}.`,
      },
    ]),
    [
      'a row that was changed here was changed there',
      `${CHECKED} UPDATE t SET a = 'mine' WHERE id = 1`,
      `UPDATE t SET a = 'theirs' WHERE id = 1`,
      {
        kind: 'update/update',
        table: 't',
        key: { id: 1n },
        columns: ['a'],
        local: { id: 1n, a: 'mine', b: 1n },
        remote: { id: 1n, a: 'theirs', b: 1n },
      },
    ],
    [
      'a row was changed that has to be rewritten',
      FILLED,
      `UPDATE t SET a = 'theirs' WHERE id = 1`,
      {
        ...{ kind: 'schema', table: 't', key: { id: 1n }, remote: { id: 1n, a: 'theirs', b: 1n } },
        message: expect.stringContaining('rewrites this row, and it was changed on the remote') as string,
      },
    ],
    [
      'a row was deleted that has to be rewritten',
      FILLED,
      'DELETE FROM t WHERE id = 1',
      {
        ...{ kind: 'schema', table: 't', key: { id: 1n }, remote: null },
        message: expect.stringContaining('rewrites this row, and it was deleted on the remote') as string,
      },
    ],
    [
      'a row that was deleted here was changed there, and others have to be rewritten',
      `DELETE FROM t WHERE id = 1; ${FILLED}`,
      `UPDATE t SET a = 'theirs' WHERE id = 1`,
      { kind: 'delete/update', table: 't', key: { id: 1n } },
    ],
    [
      'a row was added that has no value for a new column',
      FILLED,
      `INSERT INTO t VALUES(3, 'c', 3)`,
      {
        kind: 'schema',
        table: 't',
        message: expect.stringMatching(/NOT NULL constraint failed: t\.c\. .* give t\.c a DEFAULT/) as string,
      },
    ],
  ])('is a conflict, and nothing is written, where %s', (_what, edit, remote, conflict) =>
    play(serve, { base: BASE, edit, remote }, async (scene) => {
      const before = await scene.bytes();
      const result = await scene.push();
      expect(result).toMatchObject({ outcome: 'conflict' });
      expect(result.outcome === 'conflict' && result.conflicts).toContainEqual(
        expect.objectContaining(conflict),
      );
      // There is always a way on besides starting again.
      const ways = conflictText(result.outcome === 'conflict' ? result.conflicts : [], 'x', 'push');
      expect(ways).toMatch(/Look at the remote\. Then:\n {2}\S/);
      expect(await scene.bytes()).toEqual(before);
    }),
  );

  test.each([
    ['a new column', `DELETE FROM t WHERE id = 1; ${FILLED}`, 'NOT NULL constraint failed: t.c.'],
    [
      'a new rule',
      EMPTIED(`id INTEGER PRIMARY KEY, a CHECK (a > 'x'), b)`),
      `CHECK constraint failed: a > 'x'.`,
    ],
    [
      'a strict type',
      EMPTIED('id INTEGER PRIMARY KEY, a INTEGER, b ANY) STRICT'),
      'cannot store TEXT value in INTEGER column t.a.',
    ],
    ['a new key', EMPTIED('id, a INTEGER PRIMARY KEY, b)'), 'datatype mismatch.'],
  ])(
    'a row was added that does not fit %s, and one deleted here was deleted there: a conflict',
    (_what, edit, reason) =>
      play(
        serve,
        {
          base: `${BASE}; INSERT INTO t VALUES(4, 'd', 4)`,
          edit,
          remote: `DELETE FROM t WHERE id = 1; INSERT INTO t VALUES(3, 'c', 3)`,
        },
        async (scene) => {
          const before = await scene.bytes();
          const result = await scene.push();
          expect(result).toMatchObject({ outcome: 'conflict', conflicts: [{ kind: 'schema', table: 't' }] });
          expect(result.outcome === 'conflict' && result.conflicts[0]?.message).toContain(
            `do not fit your new definition of this table: ${reason}`,
          );
          expect(await scene.bytes()).toEqual(before);
        },
      ),
  );

  describe('a new column without a DEFAULT', () => {
    test.each([
      ['a row was changed', `UPDATE t SET a = 'theirs' WHERE id = 1`, ['1|theirs|1|c', '2|b|2|c']],
      ['a row was deleted', 'DELETE FROM t WHERE id = 1', ['2|b|2|c']],
      ['a row was added', `INSERT INTO t VALUES(3, 'c', 3)`, ['1|a|1|c', '2|b|2|c', '3|c|3|c']],
    ])('has the one value of all rows, where %s', (_what, remote, rows) =>
      play(serve, { base: BASE, edit: ALIKE, remote }, async (scene) => {
        expect(await scene.push()).toMatchObject({ outcome: 'applied', kept: 0, overwritten: 0 });
        expect((await scene.query(`SELECT concat_ws('|', id, a, b, c) FROM t ORDER BY id`)).flat()).toEqual(
          rows,
        );
      }),
    );

    test.each([
      ['changed', `UPDATE t SET a = 'theirs' WHERE id = 1`],
      ['deleted', 'DELETE FROM t WHERE id = 1'],
    ])('with several values: ours wins over a row that was %s, and theirs is a conflict', (_what, remote) =>
      play(serve, { base: BASE, edit: FILLED, remote }, async (scene) => {
        const before = await scene.bytes();
        const options = { onConflict: 'keep', merge: 'cells' } as const;
        expect(await scene.push(options)).toMatchObject({
          outcome: 'conflict',
          conflicts: [{ kind: 'schema', table: 't' }],
        });
        expect(await scene.bytes()).toEqual(before);
        expect(await scene.push({ onConflict: 'write' })).toMatchObject({ outcome: 'applied' });
        expect(await scene.differences()).toEqual([]);
      }),
    );
  });
});
