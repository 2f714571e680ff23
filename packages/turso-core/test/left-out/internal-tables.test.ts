import { readFileSync } from 'node:fs';
import path from 'node:path';
import { buildDatabase, editDatabase, makeTempDir } from '@turso-sync/testing';
import { diff } from '../../src/commands/diff';
import { dump } from '../../src/commands/dump';
import { init } from '../../src/commands/init';
import { pull } from '../../src/commands/pull';
import { push } from '../../src/commands/push';
import { status } from '../../src/commands/status';
import { undo } from '../../src/commands/undo';
import { verify } from '../../src/commands/verify';
import { loadProject } from '../../src/project/load-project';
import type { Project } from '../../src/project/project';
import { openReadOnly, using } from '../../src/sqlite/files/open';
import { adapters, type Served } from '../fixtures/adapters.fixture';

const FOREIGN = [
  '_cf_KV',
  '_litestream_lock',
  '_litestream_seq',
  '__turso_internal_mvcc_meta',
  'Turso_CDC',
  'turso_cdc_version',
  'turso_sync_last_change_id',
  'libsql_wasm_func_table',
];
const OURS = ['turso_sync_staging_values_1', 'turso_sync_receipt_20200101_0', 'turso_sync_doctor_1'];

const INTERNAL = [...FOREIGN, ...OURS]
  .map(
    (name) =>
      `CREATE TABLE "${name}"(id INTEGER PRIMARY KEY AUTOINCREMENT, seq); INSERT INTO "${name}" VALUES(7, 'of the remote');
       CREATE INDEX "by ${name}" ON "${name}"(seq);`,
  )
  .join('\n');
const TABLES = `CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT, a); INSERT INTO t VALUES(1,'one'),(2,'two');
  CREATE TABLE child(id INTEGER PRIMARY KEY, kv REFERENCES "_cf_KV" ON DELETE CASCADE);`;
const CHILD = 'INSERT INTO child VALUES(1, 7);';
const OWN = `CREATE TABLE _litestream_seq(id INTEGER PRIMARY KEY, seq INTEGER); INSERT INTO _litestream_seq VALUES(1, 42);
  CREATE TABLE turso_cdc(id INTEGER PRIMARY KEY AUTOINCREMENT, change); INSERT INTO turso_cdc VALUES(900, 'mine');
  CREATE INDEX cdc ON turso_cdc(change); CREATE TRIGGER noted AFTER DELETE ON turso_cdc BEGIN SELECT 1; END;`;

describe.each(adapters.filter(({ name }) => !name.includes('token')))(
  '$name: tables of other programs',
  (adapter) => {
    let served: Served;
    let project: Project;

    beforeEach(async () => {
      const file = path.join(makeTempDir('internal-'), 'remote.db');
      buildDatabase(file, `${TABLES} ${INTERNAL} ${CHILD}`);
      served = await adapter.serve(file);
      const { location } = served.connect();
      project = await loadProject({
        cwd: makeTempDir('internal-project-'),
        variables: { TURSO_DATABASE_URL: location },
      });
    });
    afterEach(() => served.stop());

    const edit = (sql: string): void => editDatabase(project.workingCopy, sql);
    const query = (sql: string, file = project.workingCopy): unknown[] =>
      using(openReadOnly(file), (db) => db.prepare(sql).raw().all());
    const remote = (sql: string): Promise<unknown> => {
      const connection = served.connect();
      return connection.read((ask) => ask(sql)).finally(() => connection.close());
    };
    const internal = `SELECT name FROM sqlite_schema WHERE name NOT IN ('t', 'child') AND name NOT LIKE 'sqlite!_%' ESCAPE '!'`;
    const notices = (warnings: readonly string[]): readonly string[] =>
      warnings.filter((w) => w.startsWith('Left out,'));

    test('stay on the remote, and one warning names them', async () => {
      const { warnings } = await init(project);
      expect(query(internal)).toEqual([]);
      expect(query('SELECT name FROM sqlite_sequence')).toEqual([['t']]);
      expect(query('SELECT * FROM child')).toEqual([[1, 7]]);
      expect(notices(warnings)).toHaveLength(1);
      for (const name of FOREIGN) expect(notices(warnings)[0]).toContain(`${name} (`);
      for (const name of OURS) expect(notices(warnings)[0]).not.toContain(name);
      expect(readFileSync(project.files.snapshot.dump, 'utf8')).not.toMatch(
        /TABLE "?_cf_|litestream|cdc|receipt/,
      );
      expect(await verify(project)).toMatchObject({ outcome: 'equal' });
    });

    test('stay in the working copy, whatever is pushed, pulled, compared and undone', async () => {
      await init(project);
      edit(`${OWN} INSERT INTO t(a) VALUES('three')`);
      const own = (): unknown[] => [
        query(internal),
        query('SELECT * FROM _litestream_seq'),
        query('SELECT * FROM turso_cdc'),
        query(`SELECT seq FROM sqlite_sequence WHERE name = 'turso_cdc'`),
      ];
      const mine = own();
      const theirs = await remote(`${internal} AND name NOT LIKE '%turso!_sync!_%' ESCAPE '!' ORDER BY name`);
      const seqs = `SELECT name, seq FROM sqlite_sequence WHERE name NOT IN ('t') AND name NOT LIKE 'turso!_sync!_%' ESCAPE '!' ORDER BY name`;
      const theirSeqs = await remote(seqs);

      const found = await diff(project);
      expect(found.changes).toMatchObject({ schema: [], total: { insert: 1, update: 0, delete: 0 } });
      expect(found.changes.sequences).toHaveLength(1);
      expect(notices(found.warnings)).toEqual([
        'Left out, since other programs keep these tables for themselves: _litestream_seq (Litestream), turso_cdc (Turso). Each side keeps its own.',
      ]);
      expect(found.plan.findings).toContainEqual({
        code: 'left-out',
        table: 'turso_cdc',
        message: 'The table turso_cdc is left out, since Turso keeps it for itself. Each side keeps its own.',
      });
      const state = await status(project);
      expect(notices(state.warnings)).toEqual([expect.stringContaining('_litestream_seq (Litestream)')]);
      expect((await verify(project)).differences).toMatchObject({
        schema: [],
        total: { delete: 0, insert: 1 },
      });
      const pushed = await push(project);
      expect([pushed.outcome, notices(pushed.warnings).length]).toEqual(['pushed', 1]);
      expect(await verify(project)).toMatchObject({ outcome: 'equal' });

      await served.exec(
        `UPDATE "_litestream_seq" SET seq = 'moved on'; UPDATE t SET a = 'uno' WHERE id = 1; CREATE TABLE later(x)`,
      );
      const pulled = await pull(project);
      expect([pulled.outcome, notices(pulled.warnings).length]).toEqual(['pulled', 1]);
      expect(query('SELECT a FROM t')).toEqual([['uno'], ['two'], ['three']]);
      edit('DROP TABLE later; UPDATE _litestream_seq SET seq = 43; UPDATE _litestream_seq SET seq = 42');
      expect(await push(project)).toMatchObject({ outcome: 'pushed' });
      expect(await undo(project)).toMatchObject({ outcome: 'undone' });
      expect(query('SELECT count(*) FROM later')).toEqual([[0]]);
      edit('DROP TABLE later');
      expect(await push(project)).toMatchObject({ outcome: 'pushed' });

      expect(own()).toEqual(mine);
      expect(
        await remote(`${internal} AND name NOT LIKE '%turso!_sync!_%' ESCAPE '!' ORDER BY name`),
      ).toEqual(theirs);
      expect(await remote(seqs)).toEqual(theirSeqs);
      expect(await remote('SELECT seq FROM "_litestream_seq"')).toEqual([['moved on']]);
      for (const source of ['working-copy', 'base', 'remote'] as const) {
        const to = path.join(project.directory, `${source}.sql`);
        await dump(project, { of: source, to });
        expect(readFileSync(to, 'utf8')).not.toMatch(/TABLE "?_cf_|litestream|cdc|receipt/);
      }
    });

    test('are left out of a snapshot by rows as of one by pages', async () => {
      const connection = served.connect();
      const dir = makeTempDir('internal-rows-');
      const taken = await connection.snapshot(path.join(dir, 'rows.db'), { method: 'rows' });
      await connection.close();
      expect(taken.leftOut.map((t) => t.name).sort()).toEqual([...FOREIGN].sort());
      expect(query(internal, path.join(dir, 'rows.db'))).toEqual([]);
      expect(query('SELECT name FROM sqlite_sequence', path.join(dir, 'rows.db'))).toEqual([['t']]);
    });
  },
);
