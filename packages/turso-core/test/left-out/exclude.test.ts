import { readFileSync } from 'node:fs';
import path from 'node:path';
import { makeTempDir } from '@turso-sync/testing';
import { diff } from '../../src/commands/diff';
import { dump } from '../../src/commands/dump';
import { init } from '../../src/commands/init';
import { pull } from '../../src/commands/pull';
import { push } from '../../src/commands/push';
import { restore } from '../../src/commands/restore';
import { snapshot } from '../../src/commands/snapshot';
import { status } from '../../src/commands/status';
import { undo } from '../../src/commands/undo';
import { verify } from '../../src/commands/verify';
import type { Plan } from '../../src/plan/plan';
import { notePull } from '../../src/project/state/pull-journal';
import { statusText } from '../../src/report/text';
import { adapters } from '../fixtures/adapters.fixture';
import { buildWithVectors, makeScene, OF_DOCS, readFile, type Scene } from './exclude.fixture';

const TABLES = `
  CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT, a); INSERT INTO t VALUES(1,'one'),(2,'two');
  CREATE TABLE Cache_Pages(id INTEGER PRIMARY KEY AUTOINCREMENT, body); INSERT INTO Cache_Pages VALUES(1,'secret page');
  CREATE INDEX by_body ON Cache_Pages(body);
  CREATE TRIGGER cached AFTER DELETE ON Cache_Pages BEGIN SELECT 1; END;
  CREATE TABLE child(id INTEGER PRIMARY KEY, page REFERENCES cache_pages ON DELETE CASCADE); INSERT INTO child VALUES(1, 1);
  CREATE VIEW seen AS SELECT body FROM Cache_Pages;
  CREATE TRIGGER counted AFTER INSERT ON t BEGIN UPDATE Cache_Pages SET body = body || 'x'; END;
  CREATE VIRTUAL TABLE notes USING fts5(body); INSERT INTO notes VALUES('secret note');`;
const EXCLUDE = ['docs', 'CACHE_*', 'notes'];
const EXCLUDED_NAMES = `SELECT name FROM sqlite_schema WHERE lower(tbl_name) GLOB 'docs*' AND name <> 'docs_tags'
  OR lower(tbl_name) GLOB 'cache*' OR tbl_name GLOB 'notes*' ORDER BY name`;
const LEFT_OUT = 'Left out, since "exclude" names them: ';
const theirs = [
  'SELECT * FROM Cache_Pages',
  'SELECT body FROM notes',
  `SELECT name, sql FROM sqlite_schema ORDER BY name`,
  ...OF_DOCS.slice(1).map((name) => `SELECT * FROM ${name}`),
];

const leftOut = ({ warnings }: { readonly warnings: readonly string[] }): string[] =>
  warnings.filter((w) => w.startsWith(LEFT_OUT)).map((w) => w.slice(LEFT_OUT.length));

/** The tables that a plan says are left out, in the words that reports show. */
function leftOutBy(plan: Plan | null): string[] {
  const findings = plan?.findings.filter(({ code }) => code === 'left-out') ?? [];
  return findings.map(({ table, message }) => {
    expect(message).toBe(`${table} is left out, since "exclude" names it. Each side keeps its own.`);
    return table ?? '';
  });
}

describe.each(adapters.filter(({ name }) => !name.includes('token')))('$name: excluded tables', (adapter) => {
  let scene: Scene;

  beforeEach(async () => {
    scene = await makeScene(adapter, buildWithVectors(TABLES));
  });
  afterEach(() => scene.served.stop());
  const remote = (): Promise<unknown[]> => Promise.all(theirs.map((sql) => scene.remote(sql)));

  test('are left out of everything, and every command says so', async () => {
    const project = await scene.load(EXCLUDE);
    const before = await remote();
    const made = await init(project);
    const named = ['Cache_Pages, docs, notes. Each side keeps its own.'];
    expect(leftOut(made)).toEqual(named);
    expect(made.snapshot.exclude).toEqual({ patterns: EXCLUDE, tables: ['Cache_Pages', 'docs', 'notes'] });
    expect(scene.query(EXCLUDED_NAMES)).toEqual([]);
    expect(scene.query('SELECT name FROM sqlite_sequence')).toEqual([['t']]);
    expect(scene.query('SELECT * FROM docs_tags, child')).toEqual([[1, 'new', 1, 1]]);
    const { database, dump: dumped } = project.files.snapshot;
    for (const file of [database, dumped]) expect(readFileSync(file, 'latin1')).not.toContain('secret');

    scene.edit(`DROP TRIGGER counted; INSERT INTO t(a) VALUES('three'); INSERT INTO child VALUES(2, 77)`);
    const state = await status(project);
    expect([leftOut(state), state.project.exclude]).toEqual([named, EXCLUDE]);
    expect(statusText(state)).toMatch(/^Excluded {6}docs, CACHE_\*, notes$/m);
    const found = await diff(project);
    expect([leftOut(found), found.changes.total]).toEqual([named, { insert: 2, update: 0, delete: 0 }]);
    expect(leftOutBy(found.plan).sort()).toEqual(['Cache_Pages', 'docs', 'notes']);
    expect(await verify(project)).toMatchObject({ outcome: 'different' });
    const tried = await push(project, { dryRun: true });
    expect([leftOut(tried), leftOutBy(tried.plan)]).toEqual([named, leftOutBy(found.plan)]);
    const pushed = await push(project);
    expect([pushed.outcome, leftOut(pushed)]).toEqual(['pushed', named]);
    expect(leftOutBy(pushed.plan)).toEqual(leftOutBy(found.plan));
    const verified = await verify(project);
    expect(verified).toMatchObject({
      outcome: 'equal',
      method: adapter.name === 'file' ? 'snapshot' : 'checksums',
    });
    expect(leftOut(verified)).toEqual(named);
    await scene.served.exec(`UPDATE t SET a = 'uno' WHERE id = 1`);
    const pulled = await pull(project);
    expect([pulled.outcome, leftOut(pulled)]).toEqual(['pulled', named]);
    expect(leftOut(await undo(project))).toEqual(named);
    for (const source of ['base', 'working-copy', 'remote'] as const) {
      const to = path.join(project.directory, `${source}.sql`);
      expect(leftOut(await dump(project, { of: source, to }))).toEqual(named);
      expect(readFileSync(to, 'utf8')).not.toMatch(/secret|TABLE (?:"?cache|docs\b|notes)/i);
    }
    const kept = (rows: unknown[]): unknown[] => rows.filter((_, i) => i !== 2);
    expect(kept(await remote())).toEqual(kept(before));
  });

  test('of the app stay as they are, whatever is pulled, pushed, and taken anew', async () => {
    const project = await scene.load(EXCLUDE);
    await init(project);
    scene.edit(`CREATE TABLE cache_mine(id INTEGER PRIMARY KEY AUTOINCREMENT, t REFERENCES t ON DELETE CASCADE);
      INSERT INTO cache_mine VALUES(5, 2); CREATE INDEX mine ON cache_mine(t); CREATE VIRTUAL TABLE notes USING fts5(other);
      INSERT INTO notes VALUES('mine')`);
    const own = (): unknown[] => [
      scene.query('SELECT * FROM cache_mine'),
      scene.query('SELECT other FROM notes'),
      scene.query(
        `SELECT name, sql FROM sqlite_schema WHERE tbl_name GLOB 'cache_*' OR tbl_name GLOB 'notes*'`,
      ),
      scene.query(`SELECT seq FROM sqlite_sequence WHERE name = 'cache_mine'`),
    ];
    const mine = own();
    const before = await remote();
    expect(await push(project)).toMatchObject({ outcome: 'nothing' });
    await scene.served.exec(`UPDATE t SET a = 'uno' WHERE id = 1`);
    const updated = await init(project);
    expect(updated.outcome).toBe('updated');
    expect(leftOut(updated)).toEqual(['cache_mine, Cache_Pages, docs, notes. Each side keeps its own.']);
    expect(scene.query('SELECT a FROM t')).toEqual([['uno'], ['two']]);
    scene.edit(`UPDATE t SET a = 'zwei' WHERE id = 2`);
    await scene.served.exec(`CREATE TABLE later(x); UPDATE t SET a = 'un' WHERE id = 1`);
    expect(await pull(project)).toMatchObject({ outcome: 'pulled', pending: 1 });
    expect(await push(project)).toMatchObject({ outcome: 'pushed' });
    expect(await undo(project)).toMatchObject({ outcome: 'undone' });
    expect(scene.query('SELECT a FROM t')).toEqual([['un'], ['two']]);
    expect(await verify(project)).toMatchObject({ outcome: 'equal' });
    expect(own()).toEqual(mine);
    await scene.served.exec('DROP TABLE later');
    expect(await remote()).toEqual(before);
    const { backup, warnings } = await init(project, { force: true });
    expect(warnings.join()).toContain('left out: cache_mine, notes. They are in the backup.');
    expect(readFile(backup ?? '', 'SELECT * FROM cache_mine')).toEqual([[5, 2]]);
  });

  test('can be named after they were in the base, and come back as they are on the remote', async () => {
    const all = await scene.load([]);
    await init(all);
    scene.edit(`UPDATE Cache_Pages SET body = 'mine'`);
    const some = await scene.load(EXCLUDE);
    expect((await diff(some)).changes).toMatchObject({ schema: [], tables: [] });
    expect(await status(some)).toMatchObject({ pending: { changes: { tables: [] } } });
    // Nothing has moved: taken back at once, the key leaves no trace.
    expect((await diff(all)).changes.tables).toMatchObject([{ table: 'Cache_Pages', update: 1 }]);

    await scene.served.exec(`UPDATE Cache_Pages SET body = 'others'; UPDATE t SET a = 'uno' WHERE id = 1`);
    expect(await pull(some)).toMatchObject({
      outcome: 'pulled',
      changes: { tables: [{ table: 't' }], schema: [] },
    });
    expect(scene.query('SELECT body FROM Cache_Pages')).toEqual([['mine']]);
    expect(scene.query('SELECT count(*) FROM docs_rowids')).toEqual([[1]]);
    scene.edit(`UPDATE t SET a = 'zwei' WHERE id = 2`);
    expect(await push(some)).toMatchObject({ outcome: 'pushed' });
    expect(await scene.remote('SELECT body FROM Cache_Pages')).toEqual([['others']]);

    // Both sides have the table, and neither overwrites the other.
    expect(await pull(all).catch((error: unknown) => error)).toMatchObject({ code: 'UNSUPPORTED_CHANGE' });
    const vectors = await scene.load(['docs']);
    expect(await push(vectors)).toMatchObject({ outcome: 'conflict' });
    expect(await pull(vectors)).toMatchObject({ outcome: 'conflict' });
    expect(await pull(vectors, { onConflict: 'theirs' })).toMatchObject({ outcome: 'pulled', pending: 0 });
    expect(scene.query('SELECT body FROM Cache_Pages')).toEqual([['others']]);
    expect(scene.query('SELECT body FROM notes')).toEqual([['secret note']]);
    expect(await verify(vectors)).toMatchObject({ outcome: 'equal' });
  });

  test('come back by a pull although the remote has not changed', async () => {
    await init(await scene.load(['t*', 'docs']));
    expect(scene.query(`SELECT name FROM sqlite_schema WHERE name = 't'`)).toEqual([]);
    const project = await scene.load(['docs']);
    expect(await status(project)).toMatchObject({ remoteState: { hasMoved: null } });
    expect(await pull(project)).toMatchObject({ outcome: 'pulled' });
    expect(scene.query('SELECT a FROM t')).toEqual([['one'], ['two']]);
    expect(await pull(project)).toMatchObject({ outcome: 'unchanged' });
    expect(await verify(project)).toMatchObject({ outcome: 'equal' });
  });

  test('a snapshot by rows is the same, with the module missing, also where the table is carried', async () => {
    for (const exclude of [EXCLUDE, []]) {
      const files: string[] = [];
      for (const method of [undefined, 'rows'] as const) {
        const connection = scene.served.connect();
        files.push(path.join(makeTempDir('by-rows-'), 'copy.db'));
        const taken = await connection.snapshot(files.at(-1) ?? '', { exclude, ...(method && { method }) });
        await connection.close();
        expect(taken.leftOut.map((t) => t.name).sort()).toEqual(
          exclude.length === 0 ? [] : ['Cache_Pages', 'docs', 'notes'],
        );
      }
      const [pages = '', rows = ''] = files;
      const names = `SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name`;
      expect(readFile(rows, names)).toEqual(readFile(pages, names));
      expect(readFile(rows, EXCLUDED_NAMES).length).toBe(exclude.length === 0 ? 16 : 0);
      for (const sql of [
        'SELECT * FROM docs_tags',
        'SELECT * FROM sqlite_sequence ORDER BY name',
        'PRAGMA quick_check',
      ])
        expect(readFile(rows, sql)).toEqual(readFile(pages, sql));
      if (exclude.length > 0) continue;
      for (const name of OF_DOCS.slice(1))
        expect(readFile(rows, `SELECT * FROM ${name}`)).toEqual(readFile(pages, `SELECT * FROM ${name}`));
    }
  });

  test('the storage of a vector index goes with its table', async () => {
    if (adapter.name === 'file') return;
    await scene.served
      .exec(`CREATE TABLE cache_v(id INTEGER PRIMARY KEY, e F32_BLOB(3)); CREATE INDEX near ON cache_v(libsql_vector_idx(e));
      INSERT INTO cache_v VALUES(1, vector('[1,2,3]'))`);
    for (const method of ['pages', 'rows'] as const) {
      const connection = scene.served.connect();
      const file = path.join(makeTempDir('vector-'), 'copy.db');
      const taken = await connection.snapshot(file, { exclude: EXCLUDE, method });
      await connection.close();
      expect(taken).toMatchObject({ method, setAside: [] });
      expect(
        readFile(file, `SELECT name FROM sqlite_schema WHERE name GLOB '*_shadow*' OR name GLOB 'cache_*'`),
      ).toEqual([]);
    }
  });

  test('without the key, a table whose module is missing stops only what is about it', async () => {
    const project = await scene.load([]);
    await init(project);
    scene.edit(`DROP TRIGGER counted; UPDATE t SET a = 'zwei' WHERE id = 2; UPDATE docs_tags SET tag = 'old';
      ALTER TABLE child ADD COLUMN more`);
    expect(await push(project)).toMatchObject({ outcome: 'pushed' });
    await scene.served.exec(
      `UPDATE t SET a = 'uno' WHERE id = 1; ALTER TABLE child RENAME COLUMN more TO less`,
    );
    scene.edit(`INSERT INTO child(id) VALUES(9)`);
    expect(await pull(project)).toMatchObject({ outcome: 'pulled', pending: 1 });
    expect(await push(project)).toMatchObject({ outcome: 'pushed' });
    expect(await verify(project)).toMatchObject({ outcome: 'equal' });
    await dump(project, { of: 'working-copy', to: path.join(project.directory, 'out.sql') });
    scene.edit(`INSERT INTO docs_rowids(chunk_id, chunk_offset) VALUES(1, 1)`);
    for (const refuse of [push, diff, pull, verify]) {
      const error: unknown = await refuse(project).catch((e: unknown) => e);
      if (error instanceof Error)
        expect(error).toMatchObject({
          code: 'UNSUPPORTED_CHANGE',
          hint: expect.stringContaining('`exclude`') as string,
        });
      else expect(error).toMatchObject({ outcome: 'different' });
    }
    const excluding = await scene.load(['docs']);
    expect(await push(excluding)).toMatchObject({ outcome: 'nothing' });
    expect(await pull(excluding)).toMatchObject({ outcome: 'unchanged' });
    expect(await scene.remote('SELECT count(*) FROM docs_rowids')).toEqual([[1n]]);
    expect(scene.query('SELECT count(*) FROM docs_rowids')).toEqual([[2]]);
  });

  test('a name that matches nothing is told, once the remote was seen', async () => {
    const project = await scene.load(['docs', 'cach', 'sqlite_*']);
    const told = ({ warnings }: { readonly warnings: readonly string[] }): string[] =>
      warnings.filter((w) => w.startsWith('No table or view'));
    const said = ['No table or view on either side matches this part of "exclude": cach, sqlite_*.'];
    expect(told(await snapshot(project))).toEqual(said);
    expect(told(await init(project))).toEqual(said);
    expect(told(await diff(project))).toEqual([]);
    scene.edit('CREATE VIEW Cach AS SELECT 1');
    await scene.served.exec('CREATE TABLE more(a)');
    expect(told(await pull(project))).toEqual([said[0]?.replace('cach, ', '')]);
    expect(scene.query('SELECT * FROM cach')).toEqual([[1]]);
  });
});

describe('excluded tables of a file', () => {
  const [adapter] = adapters;
  if (adapter === undefined) throw new Error('There is no adapter for files');
  let scene: Scene;

  beforeEach(async () => {
    scene = await makeScene(adapter, buildWithVectors(TABLES));
  });
  afterEach(() => scene.served.stop());

  test('a plan and a push that changed them are refused once they are excluded', async () => {
    const all = await scene.load(['docs']);
    await init(all);
    scene.edit(`DROP TRIGGER counted; UPDATE Cache_Pages SET body = 'mine'`);
    const plan = path.join(all.directory, 'plan.json');
    await diff(all, { save: plan });
    const some = await scene.load(EXCLUDE);
    await expect(push(some, { plan })).rejects.toMatchObject({
      code: 'PLAN_STALE',
      message: expect.stringContaining('"Cache_Pages", which "exclude" leaves out') as string,
    });
    expect(await push(all)).toMatchObject({ outcome: 'pushed' });
    await expect(undo(some)).rejects.toMatchObject({
      code: 'UNDO_IMPOSSIBLE',
      message: expect.stringContaining('"Cache_Pages"') as string,
    });
    expect(await scene.remote('SELECT body FROM Cache_Pages')).toEqual([['mine']]);
    expect(await undo(all)).toMatchObject({ outcome: 'undone' });
    expect(scene.query('SELECT body FROM Cache_Pages')).toEqual([['secret page']]);
  });

  test('each environment has its own list over one working copy', async () => {
    const environments = { staging: ['docs', 'cache_*'], bare: [] };
    const project = await scene.load(['docs'], environments);
    const staging = await scene.load(['docs'], environments, 'staging');
    const bare = await scene.load(['docs'], environments, 'bare');
    expect([project, staging, bare].map((p) => p.exclude)).toEqual([['docs'], ['docs', 'cache_*'], []]);
    await init(project);
    scene.edit(
      `DROP TRIGGER counted; UPDATE Cache_Pages SET body = 'mine'; UPDATE t SET a = 'uno' WHERE id = 1`,
    );
    expect(await push(staging)).toMatchObject({ outcome: 'pushed', changes: { total: { update: 1 } } });
    expect(await scene.remote('SELECT body FROM Cache_Pages')).toEqual([['secret page']]);
    expect(await push(project)).toMatchObject({ outcome: 'pushed' });
    expect(await scene.remote('SELECT body FROM Cache_Pages')).toEqual([['mine']]);
    await scene.served.exec(`UPDATE Cache_Pages SET body = 'others'; UPDATE t SET a = 'un' WHERE id = 1`);
    expect(await pull(staging)).toMatchObject({ outcome: 'pulled' });
    expect(scene.query('SELECT body FROM Cache_Pages')).toEqual([['mine']]);
    expect(await pull(project)).toMatchObject({ outcome: 'pulled' });
    expect(scene.query('SELECT body FROM Cache_Pages')).toEqual([['others']]);
    expect(await push(project)).toMatchObject({ outcome: 'nothing' });
  });

  test('init --from keeps them in the working copy and off the remote', async () => {
    const source = buildWithVectors(TABLES);
    const empty = await makeScene(adapter, buildWithVectors('SELECT 1'));
    const project = await empty.load(['docs*', 'cache_*', 'notes']);
    const made = await init(project, { from: source });
    expect(leftOut(made)).toEqual(['Cache_Pages, docs, docs_tags, notes. Each side keeps its own.']);
    expect(await push(project)).toMatchObject({ outcome: 'pushed' });
    expect(await empty.remote('SELECT a FROM t')).toEqual([['one'], ['two']]);
    expect(
      await empty.remote(
        `SELECT count(*) FROM sqlite_schema WHERE tbl_name GLOB 'C*' OR tbl_name GLOB 'no*'`,
      ),
    ).toEqual([[0n]]);
    expect(await empty.remote('SELECT tag FROM docs_tags')).toEqual([['new']]);
    expect(empty.query('SELECT body FROM Cache_Pages')).toEqual([['secret page']]);
    expect(await verify(project)).toMatchObject({ outcome: 'equal' });
    await empty.served.stop();
  });

  test('views, triggers and foreign keys that name them are carried, and definitions change around them', async () => {
    const project = await scene.load(EXCLUDE);
    await init(project);
    expect(
      scene.query(`SELECT name FROM sqlite_schema WHERE type IN ('view', 'trigger') ORDER BY name`),
    ).toEqual([['counted'], ['seen']]);
    scene.edit(`DROP TRIGGER counted; INSERT INTO child VALUES(2, 1); DELETE FROM child WHERE id = 1; ALTER TABLE t ADD COLUMN b;
      CREATE VIEW more AS SELECT * FROM seen`);
    expect(await push(project)).toMatchObject({ outcome: 'pushed' });
    await scene.served.exec(
      `ALTER TABLE t RENAME COLUMN b TO c; UPDATE t SET c = 1; CREATE TABLE u(a); DROP VIEW more`,
    );
    scene.edit(`UPDATE t SET a = 'zwei' WHERE id = 2`);
    expect(await pull(project)).toMatchObject({ outcome: 'pulled', pending: 1 });
    expect(await push(project)).toMatchObject({ outcome: 'pushed' });
    expect(await verify(project)).toMatchObject({ outcome: 'equal' });
    expect(await scene.remote('SELECT body FROM seen')).toEqual([['secret page']]);
    expect(await scene.remote('SELECT * FROM child')).toEqual([[2n, 1n]]);
  });

  test('a push leaves no row of an excluded table without its parent', async () => {
    const project = await scene.load(EXCLUDE);
    await scene.served.exec(
      `CREATE TABLE cache_of(id INTEGER PRIMARY KEY, t REFERENCES t ON DELETE CASCADE); INSERT INTO cache_of VALUES(1, 2)`,
    );
    await init(project);
    scene.edit('DELETE FROM t WHERE id = 2');
    expect(await push(project)).toMatchObject({ outcome: 'conflict', conflicts: [{ table: 'cache_of' }] });
    expect(await scene.remote('SELECT * FROM cache_of')).toEqual([[1n, 2n]]);
  });

  test('what both sides have alike when it comes back is no conflict', async () => {
    await init(await scene.load(['docs']));
    await scene.served.exec(`UPDATE t SET a = 'uno' WHERE id = 1`);
    await pull(await scene.load(['docs', 'cache_*', 'notes', 'child']));
    await scene.served.exec(`INSERT INTO Cache_Pages VALUES(2, 'new'); INSERT INTO notes VALUES('more')`);
    const project = await scene.load(['docs']);
    expect(await pull(project)).toMatchObject({ outcome: 'pulled', pending: 0, conflicts: [] });
    expect(scene.query('SELECT * FROM Cache_Pages')).toEqual([
      [1, 'secret page'],
      [2, 'new'],
    ]);
    expect(scene.query('SELECT body FROM notes')).toEqual([['secret note'], ['more']]);
    expect(await push(project)).toMatchObject({ outcome: 'nothing' });
    expect(await verify(project)).toMatchObject({ outcome: 'equal' });
  });

  test('what stands in the way of a pull in an excluded table of the app is told', async () => {
    const project = await scene.load(['docs', 'cache_*', 'notes']);
    await init(project);
    scene.edit(`CREATE TABLE cache_of(id INTEGER PRIMARY KEY, t REFERENCES t ON DELETE CASCADE); INSERT INTO cache_of VALUES(1, 2);
      CREATE INDEX same ON cache_of(t)`);
    await scene.served.exec('DELETE FROM t WHERE id = 2');
    await expect(pull(project)).rejects.toMatchObject({
      code: 'UNSUPPORTED_CHANGE',
      message: expect.stringContaining('"cache_of 1" of the working copy, which is left out') as string,
    });
    expect(scene.query('SELECT * FROM cache_of')).toEqual([[1, 2]]);
    scene.edit('DELETE FROM cache_of');
    expect(await pull(project)).toMatchObject({ outcome: 'pulled' });
    await scene.served.exec('CREATE INDEX same ON t(a)');
    await expect(pull(project)).rejects.toMatchObject({
      code: 'UNSUPPORTED_CHANGE',
      message: expect.stringContaining('"same" of the working copy, which is left out') as string,
    });
    scene.edit('DROP INDEX same');
    expect(await pull(project)).toMatchObject({ outcome: 'pulled' });
    const { file } = await restore(project, { to: path.join(makeTempDir(), 'before.db') });
    expect(readFile(file, `SELECT name FROM sqlite_schema WHERE name = 'cache_of'`)).toHaveLength(1);
  });

  test('a pull that was cut off before the key changed brings in nothing that it should not', async () => {
    const all = await scene.load(['docs']);
    await init(all);
    const some = await scene.load(EXCLUDE);
    await scene.served.exec(`UPDATE Cache_Pages SET body = 'others'; UPDATE t SET a = 'uno' WHERE id = 1`);
    await snapshot(some);
    notePull(some, some.files.snapshot, { purpose: 'pull', receipt: 'turso_sync_receipt_20261129_00000000' });
    expect(await pull(all)).toMatchObject({ outcome: 'pulled', changes: { schema: [] } });
    expect(scene.query('SELECT body FROM Cache_Pages')).toEqual([['others']]);

    await scene.served.exec(`UPDATE Cache_Pages SET body = 'again'; UPDATE t SET a = 'un' WHERE id = 1`);
    await snapshot(all);
    notePull(all, all.files.snapshot, { purpose: 'pull', receipt: 'turso_sync_receipt_20261129_00000000' });
    expect(await pull(some)).toMatchObject({ outcome: 'pulled' });
    expect(scene.query('SELECT body FROM Cache_Pages')).toEqual([['others']]);
    expect(await push(all)).toMatchObject({ outcome: 'conflict' });
  });

  test('a snapshot that was taken with another list is not used', async () => {
    await snapshot(await scene.load(EXCLUDE));
    const project = await scene.load(['docs']);
    await expect(init(project, { snapshot: 'use' })).rejects.toMatchObject({ code: 'SNAPSHOT_MISSING' });
    await expect(
      init(await scene.load(['NOTES', 'cache_*', 'docs']), { snapshot: 'use' }),
    ).resolves.toMatchObject({
      outcome: 'created',
    });
    await expect(diff(project, { table: 'docs' })).rejects.toMatchObject({
      code: 'TABLE_NOT_FOUND',
      message: '"exclude" in the config leaves out table "docs".',
    });
  });
});
