import type { SchemaObject } from '../../src/sqlite/schema/schema';
import { play, type Scene } from './scene.fixture';
import { serveSqld } from './served.fixture';

const BASE = 'CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT, d TEXT)';

/** What the app's SQLite takes, and a server of SQLite 3.45 with a parser of its own does not. */
const REFUSED: readonly (readonly [type: SchemaObject['type'], name: string, sql: string])[] = [
  [
    'trigger',
    'no_negative',
    `CREATE TRIGGER no_negative BEFORE INSERT ON t WHEN new.a < 0 BEGIN SELECT RAISE(ABORT, 'bad: ' || new.a); END`,
  ],
  ['view', 'names', `CREATE VIEW names AS SELECT group_concat(b, ',' ORDER BY a) FROM t`],
  ['view', 'totals', 'CREATE VIEW totals AS SELECT sum(a) s FROM t HAVING count(*) > 1'],
  ['view', 'big', 'CREATE VIEW big AS SELECT 1_000_000'],
  ['table', 'u', 'CREATE TABLE u(a, b AS (unistr(a)))'],
  ['index', 'i', `CREATE INDEX i ON t(unistr(b))`],
];

/** The same remote, which takes back what it carries out. */
function tryingOut({ served: { remote } }: Scene): Parameters<Scene['push']>[0] {
  return {
    target: {
      location: remote.location,
      read: (work, options) => remote.read(work, options),
      transact: (statements) => remote.tryOut(statements),
    },
  };
}

describe('a definition that the server does not take', () => {
  test.each(REFUSED)('is named: %s %s', (type, name, sql) =>
    play(
      serveSqld,
      { base: BASE, edit: `CREATE VIEW fine1 AS SELECT 1; ${sql}; CREATE VIEW fine2 AS SELECT 2` },
      async (scene) => {
        const before = await scene.bytes();
        const error = {
          code: 'UNSUPPORTED_CHANGE',
          message: expect.stringContaining(`${type} "${name}" cannot be made on`) as string,
        };
        await expect(scene.push(tryingOut(scene))).rejects.toMatchObject(error);
        await expect(scene.push()).rejects.toMatchObject(error);
        expect(await scene.bytes()).toEqual(before);
      },
    ),
  );

  test('is named beside a table whose definition changes', () =>
    play(
      serveSqld,
      {
        base: `${BASE}; CREATE TABLE s(a, b)`,
        edit: `ALTER TABLE s DROP COLUMN b; CREATE VIEW big AS SELECT 1_000_000`,
      },
      async (scene) => {
        await expect(scene.push()).rejects.toMatchObject({
          code: 'UNSUPPORTED_CHANGE',
          message: expect.stringContaining('view "big"') as string,
        });
      },
    ));
});

describe('a trigger on the server that it could not make again', () => {
  const base = `CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT); CREATE TABLE log(m); INSERT INTO t VALUES(1, 'x'), (2, 'y');
    CREATE TRIGGER added AFTER INSERT ON t BEGIN INSERT INTO log VALUES('fired'); END;
    CREATE TRIGGER g AFTER UPDATE ON t BEGIN
      INSERT INTO log SELECT count(*) FROM (SELECT sum(a) FROM t HAVING count(*) > 0); END`;
  const without = (edit: string): string =>
    `DROP TRIGGER added; DELETE FROM log; ${edit}; DELETE FROM log;
      CREATE TRIGGER added AFTER INSERT ON t BEGIN INSERT INTO log VALUES('fired'); END`;

  test.each([
    ['inserts', `INSERT INTO t VALUES(3, 'new')`],
    ['deletes', 'DELETE FROM t WHERE a = 2'],
    ['both', `INSERT INTO t VALUES(3, 'new'); DELETE FROM t WHERE a = 2`],
  ])('stays where it cannot fire: %s', (_what, edit) =>
    play(serveSqld, { base, edit: without(edit) }, async (scene) => {
      expect(await scene.push()).toMatchObject({ outcome: 'applied', attempts: 1 });
      expect(await scene.differences()).toEqual([]);
    }),
  );

  test('is named where it would fire', () =>
    play(
      serveSqld,
      {
        base,
        edit: `DROP TRIGGER g; UPDATE t SET b = 'ours' WHERE a = 1; ${base.slice(base.indexOf('CREATE TRIGGER g'))}`,
      },
      async (scene) => {
        await expect(scene.push()).rejects.toMatchObject({
          code: 'UNSUPPORTED_CHANGE',
          message: expect.stringContaining('trigger "g" cannot be put back') as string,
        });
      },
    ));
});
