import { play, type Scene } from './scene.fixture';
import { ADAPTERS } from './served.fixture';

const BASE = `
  CREATE TABLE acc(id INTEGER PRIMARY KEY, bal INTEGER, code UNIQUE);
  CREATE TABLE log(id INTEGER PRIMARY KEY, what);
  CREATE TRIGGER z_first AFTER INSERT ON acc BEGIN INSERT INTO log(what) VALUES('first'); END;
  CREATE TRIGGER a_second AFTER INSERT ON acc BEGIN INSERT INTO log(what) VALUES('second'); END;
  CREATE TRIGGER m_third AFTER INSERT ON acc
  BEGIN
    INSERT INTO log(what) VALUES('third; -- not the end'); /* END; */
  END;
  INSERT INTO acc VALUES(1, 100, 'a'), (2, 200, 'b');
  DELETE FROM log;`;

describe.each(ADAPTERS)('triggers, over %s', (_, serve) => {
  test('do not fire, and are back afterwards as they were', () =>
    play(
      serve,
      { base: BASE, edit: `INSERT INTO acc VALUES(3, 300, 'c'); UPDATE acc SET code = 'A' WHERE id = 1` },
      async (scene) => {
        const before = await triggers(scene);
        expect(await scene.push()).toMatchObject({ outcome: 'applied' });
        expect(await scene.differences()).toEqual([]);
        expect(await triggers(scene)).toEqual(before);
        await scene.served.edit(`DELETE FROM log; INSERT INTO acc VALUES(9, 0, 'z')`);
        const fired = ['third; -- not the end', 'second', 'first'];
        expect((await scene.query('SELECT what FROM log')).flat().sort()).toEqual(fired.sort());
      },
    ));

  test('that were made in the working copy come after those that stay', () =>
    play(
      serve,
      {
        base: BASE,
        edit: `INSERT INTO acc VALUES(3, 300, 'c');
               CREATE TRIGGER b_fourth AFTER INSERT ON acc BEGIN INSERT INTO log(what) VALUES('fourth'); END`,
      },
      async (scene) => {
        const before = await triggers(scene);
        expect(await scene.push()).toMatchObject({ outcome: 'applied' });
        expect(await scene.differences()).toEqual([]);
        expect((await triggers(scene)).slice(0, -1)).toEqual(before);
      },
    ));

  test('that guard a table do not stop a push', () =>
    play(
      serve,
      {
        base: `CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES(1, 'a'), (2, 'b');
          CREATE TRIGGER no_insert BEFORE INSERT ON t BEGIN SELECT RAISE(ABORT, 'no insert'); END;
          CREATE TRIGGER no_update BEFORE UPDATE ON t BEGIN SELECT RAISE(ROLLBACK, 'no update'); END;
          CREATE TRIGGER no_delete BEFORE DELETE ON t BEGIN SELECT RAISE(IGNORE); END;`,
        edit: `
          DROP TRIGGER no_insert; DROP TRIGGER no_update; DROP TRIGGER no_delete;
          INSERT INTO t VALUES(3, 'c'); UPDATE t SET v = 'A' WHERE id = 1; DELETE FROM t WHERE id = 2;
          CREATE TRIGGER no_insert BEFORE INSERT ON t BEGIN SELECT RAISE(ABORT, 'no insert'); END;
          CREATE TRIGGER no_update BEFORE UPDATE ON t BEGIN SELECT RAISE(ROLLBACK, 'no update'); END;
          CREATE TRIGGER no_delete BEFORE DELETE ON t BEGIN SELECT RAISE(IGNORE); END;`,
      },
      async (scene) => {
        expect(await scene.push()).toMatchObject({ outcome: 'applied' });
        expect(await scene.differences()).toEqual([]);
        await expect(scene.served.edit(`INSERT INTO t VALUES(4, 'd')`)).rejects.toMatchObject({
          message: expect.stringContaining('no insert') as string,
        });
      },
    ));

  test('of a view that is recreated stay', () =>
    play(
      serve,
      {
        base: `CREATE TABLE t(v); CREATE VIEW w AS SELECT v FROM t;
          CREATE TRIGGER w_i INSTEAD OF INSERT ON w BEGIN INSERT INTO t VALUES(new.v); END;`,
        edit: `DROP VIEW w; CREATE VIEW w AS SELECT upper(v) AS v FROM t;
          CREATE TRIGGER w_i INSTEAD OF INSERT ON w BEGIN INSERT INTO t VALUES(new.v); END;`,
      },
      async (scene) => {
        expect(await scene.push()).toMatchObject({ outcome: 'applied' });
        expect(await scene.differences()).toEqual([]);
        expect(await scene.push()).toMatchObject({ outcome: 'applied' });
        expect(await scene.differences()).toEqual([]);
      },
    ));

  test('that call what the server has not, and so could not fire, are no obstacle', () =>
    play(
      serve,
      {
        base: `CREATE TABLE t(id INTEGER PRIMARY KEY, v);
          CREATE TRIGGER geo AFTER INSERT ON t BEGIN SELECT st_minx(new.v); END;`,
        edit: `DROP TRIGGER geo; INSERT INTO t VALUES(1, 'a');
          CREATE TRIGGER geo AFTER INSERT ON t BEGIN SELECT st_minx(new.v); END;`,
      },
      async (scene) => {
        expect(await scene.push()).toMatchObject({ outcome: 'applied' });
        expect(await scene.differences()).toEqual([]);
      },
    ));

  test.each([
    ['added', 'CREATE TRIGGER theirs AFTER INSERT ON acc BEGIN DELETE FROM log; END', '"theirs" was added'],
    ['dropped', 'DROP TRIGGER m_third', '"m_third" was dropped'],
    [
      'changed',
      'DROP TRIGGER m_third; CREATE TRIGGER m_third AFTER INSERT ON acc BEGIN DELETE FROM log; END',
      '"m_third" was changed',
    ],
  ])('that were %s on the remote meanwhile are a conflict', (_how, remote, message) =>
    play(serve, { base: BASE, edit: `UPDATE acc SET bal = 1 WHERE id = 1`, remote }, async (scene) => {
      const before = await scene.bytes();
      expect(await scene.push()).toEqual({
        outcome: 'conflict',
        conflicts: [
          expect.objectContaining({
            kind: 'schema',
            table: 'acc',
            message: expect.stringContaining(message) as string,
          }),
        ],
      });
      expect(await scene.bytes()).toEqual(before);
    }),
  );

  describe('on a name that they write in other letters', () => {
    const base = `CREATE TABLE acc(id INTEGER PRIMARY KEY, bal INTEGER); CREATE TABLE log(id INTEGER PRIMARY KEY, what);
      CREATE VIEW big AS SELECT id FROM acc WHERE bal > 100;
      CREATE TRIGGER added AFTER INSERT ON ACC BEGIN INSERT INTO log(what) VALUES('added'); END;
      CREATE TRIGGER viewed INSTEAD OF INSERT ON "Big" BEGIN INSERT INTO log(what) VALUES('viewed'); END;
      INSERT INTO acc VALUES(1, 100); DELETE FROM log;`;

    test.each([
      ['rows', 'INSERT INTO acc VALUES(3, 300); DELETE FROM log'],
      ['rows that others keep', 'DELETE FROM acc'],
      [
        'a new column',
        `ALTER TABLE acc ADD COLUMN note; INSERT INTO acc VALUES(3, 300, 'c'); DELETE FROM log`,
      ],
      [
        'a table that is rebuilt',
        `CREATE TABLE acc2(bal TEXT, id INTEGER PRIMARY KEY); INSERT INTO acc2(id, bal) SELECT id, bal FROM acc;
         DROP VIEW big; DROP TABLE acc; ALTER TABLE acc2 RENAME TO acc; INSERT INTO acc VALUES(300, 3);
         CREATE VIEW big AS SELECT id FROM acc WHERE bal > 100;
         CREATE TRIGGER added AFTER INSERT ON ACC BEGIN INSERT INTO log(what) VALUES('added'); END;
         CREATE TRIGGER viewed INSTEAD OF INSERT ON "Big" BEGIN INSERT INTO log(what) VALUES('viewed'); END;`,
      ],
      ['a new name', 'ALTER TABLE acc RENAME TO Account'],
      ['a name in other letters', 'ALTER TABLE acc RENAME TO a2; ALTER TABLE a2 RENAME TO Acc'],
      ['a dropped table', 'DROP VIEW big; DROP TABLE acc'],
      [
        'a view that is recreated',
        `DROP VIEW big; CREATE VIEW big AS SELECT id FROM acc WHERE bal > 200;
         CREATE TRIGGER viewed INSTEAD OF INSERT ON "Big" BEGIN INSERT INTO log(what) VALUES('viewed'); END;`,
      ],
    ])('stay as they are and do not fire: %s', (_what, edit) =>
      play(serve, { base, edit }, async (scene) => {
        expect(await scene.push()).toMatchObject({ outcome: 'applied' });
        expect(await scene.differences()).toEqual([]);
      }),
    );

    test.each([
      ['added', 'CREATE TRIGGER theirs AFTER UPDATE ON Acc BEGIN DELETE FROM log; END', '"theirs" was added'],
      ['dropped', 'DROP TRIGGER added', '"added" was dropped'],
    ])('are a conflict if the remote has %s one', (_what, remote, message) =>
      play(serve, { base, edit: 'UPDATE acc SET bal = 1', remote }, async (scene) => {
        expect(await scene.push()).toMatchObject({
          outcome: 'conflict',
          conflicts: [{ kind: 'schema', table: 'acc', message: expect.stringContaining(message) as string }],
        });
        expect(await scene.query('SELECT bal FROM acc')).toEqual([[100n]]);
      }),
    );
  });

  test('that were added on another table meanwhile are none', () =>
    play(
      serve,
      {
        base: BASE,
        edit: `UPDATE acc SET bal = 1 WHERE id = 1`,
        remote: 'CREATE TRIGGER theirs AFTER INSERT ON log BEGIN DELETE FROM acc; END',
      },
      async (scene) => {
        expect(await scene.push()).toMatchObject({ outcome: 'applied' });
        expect(await scene.query(`SELECT name FROM sqlite_schema WHERE name = 'theirs'`)).toHaveLength(1);
      },
    ));
});

/** Name and text of the triggers in the order of their making, which decides in what order they fire. */
function triggers(scene: Scene): Promise<unknown[][]> {
  return scene.query(`SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY rowid`);
}
