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
  test.each(CONFLICTS)('are in conflict when $what', ({ story, conflicts }) =>
    play(serve, story, async (scene) => {
      const before = await scene.bytes();
      expect(await scene.push()).toEqual({
        status: 'conflict',
        conflicts: conflicts.map((c) => expect.objectContaining({ kind: 'foreign key', ...c }) as unknown),
      });
      expect(await scene.bytes()).toEqual(before);
    }),
  );

  test.each(CLEAN)('are no obstacle with $what', ({ story }) =>
    play(serve, story, async (scene) => {
      expect(await scene.push()).toMatchObject({ status: 'applied', attempts: 1 });
      if (story.remote !== undefined) editDatabase(scene.work, story.remote);
      expect(await scene.differences()).toEqual([]);
    }),
  );
});

function message(part: string): string {
  return expect.stringContaining(part) as string;
}
