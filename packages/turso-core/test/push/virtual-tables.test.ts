import { compareDatabases, requireTool } from '@turso-sync/testing';
import { withDiff } from '../../src/changeset/diff';
import { isEmpty, summarize } from '../../src/changeset/summary';
import { nameReceipt } from '../../src/sqlite/receipt';
import { NOTES, VIRTUAL_EDITS } from '../fixtures/virtual-edits.fixture';
import type { Conflict } from '../../src/apply/conflict';
import { expectArrivesOnce, play, type Scene, type Story } from './scene.fixture';
import { ADAPTERS, serveSqld } from './served.fixture';
import type { Target } from '../../src/apply/target';

/** That a fresh copy of the remote is no change. */
async function expectEqual(scene: Scene): Promise<void> {
  const copy = await scene.copy();
  await withDiff(copy, scene.work, (changeset) => expect(isEmpty(summarize(changeset))).toBe(true));
  await withDiff(scene.work, copy, (changeset) => expect(isEmpty(summarize(changeset))).toBe(true));
}

describe.each(ADAPTERS)('virtual tables over %s', (_, serve) => {
  test.each(Object.entries(VIRTUAL_EDITS))('%s arrive', (_name, story) =>
    play(serve, story, async (scene) => {
      const receipt = nameReceipt();
      expect(await scene.push({ receipt })).toMatchObject({ outcome: 'applied', attempts: 1 });
      await expectEqual(scene);
      await expectArrivesOnce(scene, receipt);
    }),
  );

  describe('when the other side has moved', () => {
    const fts = `CREATE VIRTUAL TABLE f USING fts5(a, b); INSERT INTO f(rowid,a,b) VALUES(1,'one','x'),(2,'two','y'),(3,'three','z');`;
    const contentless = `CREATE VIRTUAL TABLE c USING fts5(a, content=''); INSERT INTO c(rowid,a) VALUES(1,'x y');`;
    const external = `${NOTES} CREATE VIRTUAL TABLE e USING fts5(title, content=notes, content_rowid=id); INSERT INTO e(e) VALUES('rebuild');`;

    test('rows of both sides are there, and the index has them', () =>
      play(
        serve,
        {
          base: `${fts} CREATE VIRTUAL TABLE r USING rtree(id,x,y); INSERT INTO r VALUES(1,1,1),(2,2,2)`,
          edit: `UPDATE f SET a='uno' WHERE rowid=1; INSERT INTO f(rowid,a) VALUES(10,'mine'); DELETE FROM r WHERE id=1`,
          remote: `DELETE FROM f WHERE rowid=3; INSERT INTO f(rowid,a) VALUES(11,'theirs'); UPDATE r SET y=9 WHERE id=2`,
        },
        async (scene) => {
          expect(await scene.push()).toMatchObject({ outcome: 'applied' });
          expect(await scene.query(`SELECT rowid, a FROM f ORDER BY 1`)).toEqual([
            [1n, 'uno'],
            [2n, 'two'],
            [10n, 'mine'],
            [11n, 'theirs'],
          ]);
          expect(
            await scene.query(`SELECT rowid FROM f('mine OR theirs OR three OR one OR uno') ORDER BY 1`),
          ).toEqual([[1n], [10n], [11n]]);
          expect(await scene.query('SELECT * FROM r')).toEqual([[2n, 2, 9]]);
          expect(await scene.query('PRAGMA integrity_check')).toEqual([['ok']]);
        },
      ));

    test('an index over a table has the rows of both sides', () =>
      play(
        serve,
        {
          base: external,
          edit: `INSERT INTO notes VALUES(4,'mine',''); INSERT INTO e(e) VALUES('rebuild')`,
          remote: `INSERT INTO notes VALUES(5,'theirs',''); INSERT INTO e(rowid,title) VALUES(5,'theirs')`,
        },
        async (scene) => {
          expect(await scene.push()).toMatchObject({ outcome: 'applied' });
          expect(await scene.query(`SELECT rowid FROM e('mine OR theirs OR one') ORDER BY 1`)).toEqual([
            [1n],
            [4n],
            [5n],
          ]);
        },
      ));

    test('rows that others have added stay where a definition is changed', () =>
      play(
        serve,
        {
          base: fts,
          edit: `DROP TABLE f; CREATE VIRTUAL TABLE f USING fts5(a, b, tokenize=porter);
            INSERT INTO f(rowid,a,b) VALUES(1,'one','x'),(2,'runs','y'),(3,'three','z')`,
          remote: `INSERT INTO f(rowid,a) VALUES(11,'running')`,
        },
        async (scene) => {
          expect(await scene.push()).toMatchObject({ outcome: 'applied' });
          expect(await scene.query(`SELECT rowid FROM f('run') ORDER BY 1`)).toEqual([[2n], [11n]]);
        },
      ));

    test('what both sides did alike is no conflict', () =>
      play(
        serve,
        {
          base: `${fts} ${contentless}`,
          edit: `UPDATE f SET a='uno' WHERE rowid=1; INSERT INTO c(rowid,a) VALUES(2,'q')`,
          remote: `UPDATE f SET a='uno' WHERE rowid=1; INSERT INTO c(rowid,a) VALUES(2,'q')`,
        },
        async (scene) => {
          expect(await scene.push()).toMatchObject({ outcome: 'applied' });
          expect(await scene.differences()).toEqual([]);
        },
      ));

    test.each([
      [
        { merge: 'cells' },
        { edit: `UPDATE f SET a='uno' WHERE rowid=1`, remote: `UPDATE f SET b='theirs' WHERE rowid=1` },
        ['uno', 'theirs'],
      ],
      [
        { onConflict: 'write' },
        { edit: `UPDATE f SET a='uno' WHERE rowid=1`, remote: `UPDATE f SET a='eins' WHERE rowid=1` },
        ['uno', 'x'],
      ],
      [
        { onConflict: 'keep' },
        { edit: `UPDATE f SET a='uno' WHERE rowid=1`, remote: `UPDATE f SET a='eins' WHERE rowid=1` },
        ['eins', 'x'],
      ],
    ] as const)('rows are resolved as %p says', (policy, story, row) =>
      play(serve, { base: fts, ...story }, async (scene) => {
        expect(await scene.push(policy)).toMatchObject({ outcome: 'applied' });
        expect(await scene.query('SELECT a, b FROM f WHERE rowid=1')).toEqual([row]);
        expect(await scene.query(`SELECT rowid FROM f('${row.join(' AND ')}')`)).toEqual([[1n]]);
        expect(await scene.query('PRAGMA integrity_check')).toEqual([['ok']]);
      }),
    );

    test('an index that both sides changed stays a conflict, whatever the policy', () =>
      play(
        serve,
        {
          base: contentless,
          edit: `INSERT INTO c(rowid,a) VALUES(2,'mine')`,
          remote: `INSERT INTO c(rowid,a) VALUES(3,'theirs')`,
        },
        async (scene) => {
          for (const onConflict of ['write', 'keep'] as const)
            expect(await scene.push({ onConflict })).toMatchObject({ outcome: 'conflict' });
        },
      ));

    const row = { rowid: 1n, a: 'one', b: 'x' };
    test.each([
      [
        'a row that both sides changed',
        {
          base: fts,
          edit: `UPDATE f SET a='uno' WHERE rowid=1`,
          remote: `UPDATE f SET a='eins' WHERE rowid=1`,
        },
        {
          kind: 'update/update',
          table: 'f',
          key: { rowid: 1n },
          columns: ['a'],
          old: row,
          local: { ...row, a: 'uno' },
          remote: { ...row, a: 'eins' },
        },
      ],
      [
        'a row that was deleted there',
        { base: fts, edit: `UPDATE f SET a='uno' WHERE rowid=1`, remote: `DELETE FROM f WHERE rowid=1` },
        { kind: 'update/delete', table: 'f', old: row, remote: null },
      ],
      [
        'a rowid that both sides gave away',
        {
          base: fts,
          edit: `INSERT INTO f(rowid,a) VALUES(9,'mine')`,
          remote: `INSERT INTO f(rowid,a) VALUES(9,'theirs')`,
        },
        {
          kind: 'insert/insert',
          table: 'f',
          local: { rowid: 9n, a: 'mine', b: null },
          remote: { rowid: 9n, a: 'theirs', b: null },
        },
      ],
      [
        'a box that both sides moved',
        {
          base: 'CREATE VIRTUAL TABLE r USING rtree(id,x,y); INSERT INTO r VALUES(1,1,1)',
          edit: 'UPDATE r SET y=2',
          remote: 'UPDATE r SET y=3',
        },
        { kind: 'update/update', table: 'r', key: { id: 1n }, columns: ['y'], local: { id: 1n, x: 1, y: 2 } },
      ],
      [
        'an index without content that both sides changed',
        {
          base: contentless,
          edit: `INSERT INTO c(rowid,a) VALUES(2,'mine')`,
          remote: `INSERT INTO c(rowid,a) VALUES(3,'theirs')`,
        },
        { kind: 'virtual table', table: 'c', key: null },
      ],
      [
        'a dropped table with rows of others',
        { base: fts, edit: 'DROP TABLE f', remote: `INSERT INTO f(rowid,a) VALUES(9,'theirs')` },
        { kind: 'schema', table: 'f' },
      ],
      [
        'a dropped index without content that others have changed',
        { base: contentless, edit: 'DROP TABLE c', remote: `INSERT INTO c(rowid,a) VALUES(9,'theirs')` },
        { kind: 'virtual table', table: 'c' },
      ],
      ...[
        'CREATE VIRTUAL TABLE f USING fts5(b)',
        'CREATE TABLE f(a)',
        `${NOTES} CREATE VIRTUAL TABLE f USING fts5(title, content=notes, content_rowid=id);
         INSERT INTO f(f) VALUES('rebuild')`,
      ].map((definition): [string, Story, Partial<Conflict>] => [
        `rows that were added to what is recreated as ${definition}`,
        { base: fts, edit: `DROP TABLE f; ${definition}`, remote: `INSERT INTO f(a) VALUES('theirs')` },
        { kind: 'schema', table: 'f' },
      ]),
      [
        'rows that were added to a table that is recreated as a virtual one',
        {
          base: 'CREATE TABLE p(a)',
          edit: `DROP TABLE p; ${NOTES} CREATE VIRTUAL TABLE p USING fts5(title, content=notes)`,
          remote: `INSERT INTO p VALUES('theirs')`,
        },
        { kind: 'schema', table: 'p' },
      ],
      [
        'a table that was recreated there',
        {
          base: fts,
          edit: `UPDATE f SET a='uno' WHERE rowid=1`,
          remote: 'DROP TABLE f; CREATE VIRTUAL TABLE f USING fts5(a, b, c)',
        },
        { kind: 'schema', table: 'f' },
      ],
    ])('%s is a conflict, and nothing is written', (_name, story, conflict) =>
      play(serve, story, async (scene) => {
        const before = await scene.bytes();
        const result = await scene.push();
        expect(result).toMatchObject({ outcome: 'conflict', conflicts: [conflict] });
        expect(await scene.bytes()).toEqual(before);
      }),
    );
  });

  test.each([
    [
      'a tree whose tables were edited',
      `CREATE VIRTUAL TABLE r USING rtree(id,x,y); INSERT INTO r VALUES(1,1,1)`,
      `UPDATE r_rowid SET nodeno=7`,
      /"r" does not fit/,
    ],
    [
      'an index that was made of a table with rows, and not rebuilt',
      `${NOTES} CREATE VIRTUAL TABLE f USING fts5(a)`,
      `DROP TABLE f; CREATE VIRTUAL TABLE f USING fts5(title, content=notes, content_rowid=id)`,
      /"f" was recreated, and not rebuilt/,
    ],
    [
      'an index without content that was recreated',
      `CREATE VIRTUAL TABLE c USING fts5(a, content='')`,
      `DROP TABLE c; CREATE VIRTUAL TABLE c USING fts5(a, b, content='')`,
      /"c" was dropped and recreated/,
    ],
  ])('refuses %s by name', (_name, base, edit, message) =>
    play(serve, { base, edit }, async (scene) => {
      const before = await scene.bytes();
      await expect(scene.push()).rejects.toMatchObject({
        code: 'UNSUPPORTED_CHANGE',
        message: expect.stringMatching(message) as string,
      });
      expect(await scene.bytes()).toEqual(before);
    }),
  );

  test('refuses a module that the other side lacks before anything is sent', () =>
    play(
      serve,
      { base: 'CREATE TABLE t(x)', edit: 'CREATE VIRTUAL TABLE f USING fts5(a); INSERT INTO t VALUES(1)' },
      async (scene) => {
        const before = await scene.bytes();
        const lacking: Target = {
          ...scene.served.remote,
          read: (work) =>
            scene.served.remote.read((query) =>
              work((sql, args) =>
                query(sql.replace('pragma_module_list', `pragma_module_list WHERE name <> 'fts5'`), args),
              ),
            ),
        };
        const sent: unknown[] = [];
        await expect(
          scene.push({ target: lacking, onSend: (plan) => sent.push(plan) }),
        ).rejects.toMatchObject({
          code: 'UNSUPPORTED_CHANGE',
          message: expect.stringContaining('"f" cannot be made') as string,
        });
        expect(sent).toEqual([]);
        expect(await scene.bytes()).toEqual(before);
      },
    ));

  test('a table whose module is not here is left alone, and refused where it was changed', () => {
    const base = `CREATE TABLE t(x); CREATE TABLE words_vocab(word); INSERT INTO words_vocab VALUES('a');
      PRAGMA writable_schema=ON; INSERT INTO sqlite_schema
      VALUES('table','words','words',0,'CREATE VIRTUAL TABLE words USING spellfix1')`;
    const expectRefused = (edit: string): Promise<void> =>
      play(serve, { base, edit }, (scene) =>
        expect(scene.push()).rejects.toMatchObject({
          code: 'UNSUPPORTED_CHANGE',
          message: expect.stringContaining('"words" cannot be read here (module "spellfix1")') as string,
        }),
      );
    return play(serve, { base, edit: 'INSERT INTO t VALUES(1)' }, async (scene) => {
      expect(await scene.push()).toMatchObject({ outcome: 'applied' });
      expect(await scene.query('SELECT x FROM t')).toEqual([[1n]]);
      await expectRefused(`INSERT INTO words_vocab VALUES('b')`);
      await expectRefused(`PRAGMA writable_schema=ON; DELETE FROM sqlite_schema WHERE name = 'words'`);
    });
  });
});

(requireTool('sqld') ? describe : describe.skip)('a server', () => {
  test('refuses options that it does not know, by name', () => {
    const edit = `CREATE VIRTUAL TABLE f USING fts5(a, locale=1); CREATE TABLE t(x)`;
    return play(serveSqld, { base: '', edit }, async (scene) => {
      await expect(scene.push()).rejects.toMatchObject({
        code: 'UNSUPPORTED_CHANGE',
        message: expect.stringMatching(/"f" cannot be made on .*unrecognized option: "locale"/) as string,
      });
      expect(await scene.query('SELECT name FROM sqlite_schema')).toEqual([]);
    });
  });

  test.each(['tables that are made', 'tables that are only called like those of an index'])(
    'gives an equal snapshot row by row of %s',
    (name) => {
      const { base = '', edit = '' } = VIRTUAL_EDITS[name] ?? {};
      return play(serveSqld, { base: `${base};${edit}` }, async (scene) => {
        const rows = `${scene.work}.rows`;
        await scene.served.remote.snapshot(rows, { method: 'rows' });
        expect(compareDatabases(rows, scene.work)).toEqual([]);
      });
    },
  );
});
