import { editDatabase } from '@turso-sync/testing';
import type { Conflict } from '../../src/apply/conflict';
import { play, type Story } from './scene.fixture';
import { ADAPTERS } from './served.fixture';

const BASE = `
  CREATE TABLE p(id INTEGER PRIMARY KEY, code UNIQUE);
  CREATE TABLE c(id INTEGER PRIMARY KEY, p REFERENCES p(id) ON DELETE CASCADE);
  CREATE TABLE hidden(p REFERENCES p(id));
  CREATE TABLE w(k PRIMARY KEY, code REFERENCES p(code)) WITHOUT ROWID;
  INSERT INTO p VALUES(1, 'one'), (2, 'two'), (3, 'three');
  INSERT INTO c VALUES(1, 1);
  INSERT INTO hidden VALUES(1);
  INSERT INTO w VALUES('a', 'one');`;

interface Case {
  readonly what: string;
  readonly story: Story;
  readonly conflicts: readonly Partial<Conflict>[];
}

const CONFLICTS: readonly Case[] = [
  {
    what: 'the parent of an added row is gone',
    story: { base: BASE, edit: 'INSERT INTO c VALUES(7, 2)', remote: 'DELETE FROM p WHERE id = 2' },
    conflicts: [
      {
        table: 'c',
        key: { id: 7n },
        local: { id: 7n, p: 2n },
        remote: null,
        message: message('"p" that is not there'),
      },
    ],
  },
  {
    what: 'the parent of a changed row is gone',
    story: { base: BASE, edit: 'UPDATE c SET p = 2 WHERE id = 1', remote: 'DELETE FROM p WHERE id = 2' },
    conflicts: [{ table: 'c', key: { id: 1n }, local: { id: 1n, p: 2n } }],
  },
  {
    what: 'the parent of a row with a hidden rowid is gone',
    story: { base: BASE, edit: 'INSERT INTO hidden VALUES(3), (2)', remote: 'DELETE FROM p WHERE id = 2' },
    conflicts: [{ table: 'hidden', key: { rowid: 3n }, local: { rowid: 3n, p: 2n } }],
  },
  {
    what: 'the parent of a row without a rowid is gone',
    story: { base: BASE, edit: `INSERT INTO w VALUES('b', 'two')`, remote: 'DELETE FROM p WHERE id = 2' },
    conflicts: [{ table: 'w', key: null, message: message('"p"') }],
  },
  {
    what: 'a child of a deleted row was added in a table that the push does not touch',
    story: { base: BASE, edit: 'DELETE FROM p WHERE id = 2', remote: 'INSERT INTO c VALUES(8, 2)' },
    conflicts: [{ table: 'c', key: { id: 8n }, local: null, message: message('on the remote would refer') }],
  },
  {
    what: 'a child of a deleted row was added in a table that the push touches',
    story: {
      base: BASE,
      edit: 'DELETE FROM p WHERE id = 2; INSERT INTO c VALUES(4, 3)',
      remote: 'INSERT INTO c VALUES(8, 2), (9, 2)',
    },
    conflicts: [
      { table: 'c', key: { id: 8n }, local: null, remote: { id: 8n, p: 2n } },
      { table: 'c', key: { id: 9n }, local: null, remote: { id: 9n, p: 2n } },
    ],
  },
  {
    what: 'a child of a deleted row was added in a table that was made meanwhile',
    story: {
      base: BASE,
      edit: 'DELETE FROM p WHERE id = 2',
      remote:
        'CREATE TABLE new(id INTEGER PRIMARY KEY, p REFERENCES P(id)); INSERT INTO new VALUES(4, 1), (5, 2)',
    },
    conflicts: [{ table: 'new', key: { rowid: 5n }, message: message('on the remote would refer') }],
  },
  {
    what: 'names are full of quotes',
    story: {
      base: `CREATE TABLE "it's ""p"""("i'd" INTEGER PRIMARY KEY); INSERT INTO "it's ""p""" VALUES(1), (2);
             CREATE TABLE "c,'"("i]d'" INTEGER PRIMARY KEY, p REFERENCES "it's ""p""")`,
      edit: `INSERT INTO "c,'" VALUES(5, 2)`,
      remote: `DELETE FROM "it's ""p""" WHERE "i'd" = 2`,
    },
    conflicts: [{ table: `c,'`, key: { "i]d'": 5n }, message: message(`it's "p"`) }],
  },
  {
    what: 'one more row lacks its parent than before, in a table without rowids',
    story: {
      base: `${BASE} INSERT INTO w VALUES('known', 'nobody')`,
      edit: `INSERT INTO w VALUES('b', 'two')`,
      remote: 'DELETE FROM p WHERE id = 2',
    },
    conflicts: [{ table: 'w', key: null }],
  },
];

const FAMILY = `
  CREATE TABLE p(id INTEGER PRIMARY KEY, v);
  CREATE TABLE c(id INTEGER PRIMARY KEY, p REFERENCES p(id), q REFERENCES p(id), w);
  CREATE TABLE hidden(p REFERENCES p(id), w);
  CREATE TABLE w(k PRIMARY KEY, p REFERENCES p(id), w) WITHOUT ROWID;
  INSERT INTO p VALUES(1, 'a'), (2, 'b'), (3, 'c'), (4, 'd');
  INSERT INTO c VALUES(1, 1, 1, 'x'), (2, 2, 1, 'y');
  INSERT INTO hidden VALUES(1, 'x'), (2, 'y');
  INSERT INTO w VALUES('a', 1, 'x'), ('b', 2, 'y');`;

/** What somebody does to {@link FAMILY} who has foreign keys turned off: a row of each child loses its parent. */
const ORPHANED = 'PRAGMA foreign_keys=OFF; DELETE FROM p WHERE id = 2';

const orphan = (table: string, rowid: bigint | null, rest = {}): unknown =>
  expect.objectContaining({ table, rowid, rows: 1, ...rest });

/** Orphans of others, which stand in nobody's way. */
const LEFT: readonly (Omit<Case, 'conflicts'> & {
  readonly orphans: readonly unknown[];
  readonly query?: string;
})[] = [
  {
    what: 'a push changes their parents',
    story: { base: FAMILY, edit: `UPDATE p SET v = 'ours' WHERE id = 1`, remote: ORPHANED },
    orphans: [orphan('c', 2n), orphan('hidden', 2n), orphan('w', null)],
  },
  {
    what: 'a push changes their tables, and takes other parents',
    story: {
      base: FAMILY,
      edit: `INSERT INTO c VALUES(3, 3, 3, 'ours'); DELETE FROM c WHERE id = 1; DELETE FROM hidden WHERE p = 1;
        DELETE FROM w WHERE p = 1; DELETE FROM p WHERE id = 1`,
      remote: `${ORPHANED}; UPDATE c SET q = 4 WHERE id = 2`,
    },
    orphans: [orphan('c', 2n), orphan('hidden', 2n), orphan('w', null)],
  },
  {
    what: 'a push changes them, but not what they refer to',
    story: {
      base: FAMILY,
      edit: `UPDATE c SET w = 'ours', q = 3 WHERE id = 2; UPDATE hidden SET w = 'ours' WHERE p = 2; UPDATE w SET w = 'ours' WHERE k = 'b'`,
      remote: ORPHANED,
    },
    orphans: [orphan('c', 2n), orphan('hidden', 2n), orphan('w', null)],
  },
  {
    what: 'their table was made meanwhile',
    story: {
      base: FAMILY,
      edit: `UPDATE p SET v = 'ours' WHERE id = 1`,
      remote: `PRAGMA foreign_keys=OFF; CREATE TABLE new(p REFERENCES p(id)); CREATE TABLE neww(p PRIMARY KEY REFERENCES p(id)) WITHOUT ROWID;
        INSERT INTO new VALUES(1), (77); INSERT INTO neww VALUES(1), (77), (78)`,
    },
    orphans: [orphan('new', 2n), orphan('neww', null, { rows: 2 })],
  },
  {
    what: 'their table, and the one they refer to, get other definitions',
    story: {
      base: FAMILY,
      edit: `ALTER TABLE p RENAME TO parents; ALTER TABLE c ADD COLUMN more DEFAULT 1; DROP TABLE hidden; DROP TABLE w;
        UPDATE c SET w = 'ours' WHERE id = 1`,
      remote: ORPHANED,
    },
    orphans: [orphan('c', 2n)],
  },
  {
    what: 'their reference is one of two in a row, and the other one was lost before',
    story: {
      base: `${FAMILY} INSERT INTO c VALUES(9, 9, 3, 'known')`,
      edit: `UPDATE c SET w = 'ours'`,
      remote: 'PRAGMA foreign_keys=OFF; DELETE FROM p WHERE id = 3',
    },
    orphans: [orphan('c', 9n, { key: 0 })],
  },
];

const CAUSED: readonly Case[] = [
  {
    what: 'one of theirs had none before',
    story: {
      base: FAMILY,
      edit: 'DELETE FROM p WHERE id = 4',
      remote: `${ORPHANED}; INSERT INTO c VALUES(8, 4, 1, 'theirs'); INSERT INTO c VALUES(9, 5, 1, 'theirs')`,
    },
    conflicts: [{ table: 'c', key: { id: 8n } }],
  },
  {
    what: 'an orphan is given another parent that is missing too',
    story: {
      base: FAMILY,
      edit: 'UPDATE c SET p = 4 WHERE id = 2',
      remote: `${ORPHANED}; DELETE FROM p WHERE id = 4`,
    },
    conflicts: [{ table: 'c', key: { id: 2n }, local: { id: 2n, p: 4n, q: 1n, w: 'y' } }],
  },
  {
    what: 'one of a row lacks its parent, and the push takes the other',
    story: {
      base: `${FAMILY} UPDATE c SET q = 4 WHERE id = 2; DELETE FROM c WHERE id = 1`,
      edit: `DELETE FROM p WHERE id = 4; UPDATE c SET q = NULL`,
      remote: `${ORPHANED}; INSERT INTO c VALUES(8, 2, 4, 'theirs')`,
    },
    conflicts: [{ table: 'c', key: { id: 8n } }],
  },
  {
    what: 'more rows without a rowid lack their parent than before',
    story: {
      base: FAMILY,
      edit: 'DELETE FROM p WHERE id = 4',
      remote: `${ORPHANED}; INSERT INTO w VALUES('c', 4, 'theirs')`,
    },
    conflicts: [{ table: 'w', key: null }],
  },
  {
    what: 'a new rule is broken by a row of theirs',
    story: {
      base: `CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE c(id INTEGER PRIMARY KEY, p); INSERT INTO p VALUES(1); INSERT INTO c VALUES(1, 1)`,
      edit: `ALTER TABLE c RENAME TO old; CREATE TABLE c(id INTEGER PRIMARY KEY, p REFERENCES p); INSERT INTO c SELECT * FROM old; DROP TABLE old`,
      remote: 'INSERT INTO c VALUES(2, 9)',
    },
    conflicts: [{ table: 'c', key: { id: 2n } }],
  },
];

const CLEAN: readonly Omit<Case, 'conflicts'>[] = [
  {
    what: 'violations that were there before',
    story: {
      base: `${BASE} INSERT INTO c VALUES(5, 99), (6, 98); INSERT INTO w VALUES('x', 'nobody'), ('y', 'nobody')`,
      edit: `INSERT INTO c VALUES(7, 1); DELETE FROM c WHERE id = 6; INSERT INTO w VALUES('z', 'two')`,
    },
  },
  {
    what: 'violations that are meant',
    story: { base: BASE, edit: `INSERT INTO c VALUES(7, 55); DELETE FROM p WHERE id = 1` },
  },
  {
    what: 'keys that no server can check',
    story: {
      base: `CREATE TABLE p(a, b); CREATE TABLE c(id INTEGER PRIMARY KEY, p REFERENCES p(a)); INSERT INTO p VALUES(1, 1)`,
      edit: 'INSERT INTO c VALUES(1, 1); DELETE FROM p',
    },
  },
  {
    what: 'keys to tables that do not exist',
    story: {
      base: 'CREATE TABLE c(id INTEGER PRIMARY KEY, p REFERENCES nowhere(a)); INSERT INTO c VALUES(1, 1)',
      edit: 'INSERT INTO c VALUES(2, NULL), (3, 3)',
    },
  },
  {
    what: 'a table made on the remote meanwhile that refers elsewhere, or to rows that stay',
    story: {
      base: BASE,
      edit: 'DELETE FROM hidden; DELETE FROM w; DELETE FROM c; DELETE FROM p WHERE id < 3',
      remote: `CREATE TABLE new1(p REFERENCES p(id)); INSERT INTO new1 VALUES(3), (NULL);
        CREATE TABLE new2(p REFERENCES new1(p)); CREATE VIEW new3 AS SELECT * FROM p`,
    },
  },
  {
    what: 'names written in another letter case',
    story: {
      base: 'CREATE TABLE Parent(id INTEGER PRIMARY KEY); CREATE TABLE c(id INTEGER PRIMARY KEY, p REFERENCES PARENT(ID))',
      edit: 'INSERT INTO Parent VALUES(1); INSERT INTO c VALUES(1, 1)',
    },
  },
  {
    what: 'rows that refer to each other in a circle, and to themselves',
    story: {
      base: `CREATE TABLE a(id INTEGER PRIMARY KEY, b REFERENCES b(id) NOT NULL);
             CREATE TABLE b(id INTEGER PRIMARY KEY, a REFERENCES a(id) NOT NULL, self REFERENCES b(id));`,
      edit: 'INSERT INTO a VALUES(1, 1); INSERT INTO b VALUES(1, 1, 1)',
    },
  },
  {
    what: 'a dropped parent whose children go with it',
    story: { base: BASE, edit: 'DROP TABLE p; DELETE FROM c; DELETE FROM hidden; DROP TABLE w' },
  },
  {
    what: 'a parent that is deleted and its child that is put elsewhere, with a cascade waiting',
    story: {
      base: BASE,
      edit: 'DELETE FROM hidden; DELETE FROM w; UPDATE c SET p = 3; DELETE FROM p WHERE id = 1',
    },
  },
];

describe.each(ADAPTERS)('foreign keys, over %s', (_, serve) => {
  test.each(LEFT)('that others have broken are left so when $what', ({ story, orphans }) =>
    play(serve, story, async (scene) => {
      const result = await scene.push();
      expect(result).toMatchObject({ outcome: 'applied', resolved: [] });
      if (result.outcome !== 'applied') return;
      expect(result.orphans).toHaveLength(orphans.length);
      expect(result.orphans).toEqual(expect.arrayContaining([...orphans]));
      // It would go through as well if the answer had been lost.
      expect(await scene.push()).toMatchObject({ outcome: 'applied' });
    }),
  );

  test('that others have broken are left so beside rows of ours that lack their parent', () =>
    play(
      serve,
      {
        base: FAMILY,
        edit: `INSERT INTO c VALUES(3, 4, 1, 'ours'), (4, 3, 1, 'ours')`,
        remote: `${ORPHANED}; DELETE FROM p WHERE id = 4`,
      },
      async (scene) => {
        expect(await scene.push()).toMatchObject({
          outcome: 'conflict',
          conflicts: [{ table: 'c', key: { id: 3n } }],
        });
        expect(await scene.push({ onConflict: 'keep' })).toMatchObject({ outcome: 'applied', kept: 1 });
        expect(await scene.query('SELECT id FROM c')).toEqual([[1n], [2n], [4n]]);
      },
    ));

  test.each([...CONFLICTS, ...CAUSED])('are in conflict when $what', ({ story, conflicts }) =>
    play(serve, story, async (scene) => {
      const before = await scene.bytes();
      expect(await scene.push()).toEqual({
        outcome: 'conflict',
        conflicts: conflicts.map((c) => expect.objectContaining({ kind: 'foreign key', ...c }) as unknown),
      });
      expect(await scene.bytes()).toEqual(before);
    }),
  );

  test.each(CLEAN)('are no obstacle with $what', ({ story }) =>
    play(serve, story, async (scene) => {
      expect(await scene.push()).toMatchObject({ outcome: 'applied', attempts: 1 });
      if (story.remote !== undefined) editDatabase(scene.work, story.remote);
      expect(await scene.differences()).toEqual([]);
    }),
  );
});

function message(part: string): string {
  return expect.stringContaining(part) as string;
}
