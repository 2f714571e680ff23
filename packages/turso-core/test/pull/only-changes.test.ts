import { copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  compareDatabases,
  editDatabase,
  execOn,
  makeTempDir,
  requireTool,
  startProxy,
  startSqld,
  writeFiles,
  type Sqld,
  type TcpProxy,
} from '@turso-sync/testing';
import { init } from '../../src/commands/init';
import { pull } from '../../src/commands/pull';
import { push } from '../../src/commands/push';
import { restore } from '../../src/commands/restore';
import { snapshot } from '../../src/commands/snapshot';
import { undo } from '../../src/commands/undo';
import { verify } from '../../src/commands/verify';
import { loadProject } from '../../src/project/load-project';
import { connect } from '../../src/remote/connect';
import { parseRemoteUrl } from '../../src/remote/url';
import type { Project } from '../../src/project/project';

const describeWithSqld = requireTool('sqld') ? describe : describe.skip;

/** 2 MB. */
const SQL = [
  'CREATE TABLE t(id INTEGER PRIMARY KEY, v, w REAL)',
  'CREATE TABLE k(a, b, PRIMARY KEY (a, b)) WITHOUT ROWID',
  'CREATE TABLE logged(v)',
  'CREATE TRIGGER log AFTER UPDATE ON t BEGIN INSERT INTO logged VALUES (new.v); END',
  'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 4000) INSERT INTO t SELECT i, hex(randomblob(200)), i FROM n',
];

/** Bytes that fit into a few answers which hold no row. */
const FEW = 5_000;

interface Scene {
  readonly server: Sqld;
  readonly proxy: TcpProxy;
  readonly project: Project;
  edit(sql: string): void;
  /** What the server sent, and was asked for, while work was done. */
  during<T>(work: () => Promise<T>): Promise<{ result: T; bytes: number; requests: number }>;
  /** What a snapshot differs in from one that fetches everything. */
  differences(): Promise<string[]>;
}

async function makeScene(sql: readonly string[] = [], exclude: readonly string[] = []): Promise<Scene> {
  const server = await startSqld();
  const proxy = await startProxy(server.port);
  await execOn(server, [...SQL, ...sql]);
  const cwd = makeTempDir('only-changes-');
  if (exclude.length > 0) writeFiles(cwd, { 'turso-sync.config.json': JSON.stringify({ exclude }) });
  const project = await loadProject({ cwd, variables: { TURSO_DATABASE_URL: proxy.url } });
  await init(project);
  return {
    server,
    proxy,
    project,
    edit: (script) => editDatabase(project.workingCopy, script),
    async during(work) {
      const [bytes, requests] = [proxy.bytesFrom.server, proxy.requestsSeen];
      const result = await work();
      return { result, bytes: proxy.bytesFrom.server - bytes, requests: proxy.requestsSeen - requests };
    },
    async differences() {
      const remote = connect(parseRemoteUrl(server.url, ''));
      const whole = path.join(makeTempDir(), 'whole.db');
      await remote.snapshot(whole, { method: 'pages', exclude: project.exclude });
      await remote.close();
      return compareDatabases(whole, project.files.snapshot.database, { ignoreApplicationId: false });
    },
  };
}

async function stop({ server, proxy }: Scene): Promise<void> {
  await proxy.stop();
  await server.stop();
}

const PUSHES: Record<string, string> = {
  'an update': `UPDATE t SET v = 'mine' WHERE id = 7`,
  'rows of each kind': `UPDATE t SET v = 'mine' WHERE id < 5; DELETE FROM t WHERE id > 3990; INSERT INTO t VALUES (9999, x'00', 0.5); INSERT INTO k VALUES (1, 2)`,
  definitions:
    'ALTER TABLE t ADD COLUMN x; CREATE TABLE n(a PRIMARY KEY); INSERT INTO n VALUES (1); CREATE INDEX i ON t(v); CREATE VIEW s AS SELECT 1',
  'a rebuilt table':
    'CREATE TABLE n(id INTEGER PRIMARY KEY, v TEXT); INSERT INTO n SELECT id, v FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t',
  user_version: 'PRAGMA user_version = 7',
};

describeWithSqld('after one’s own push', () => {
  test.each(Object.entries(PUSHES))('nothing is fetched, and the snapshot is whole: %s', async (_, sql) => {
    const at = await makeScene();
    at.edit(sql);
    expect(await push(at.project)).toMatchObject({ outcome: 'pushed' });
    for (const command of [snapshot, init, pull] as ((project: Project) => Promise<unknown>)[]) {
      const { bytes, requests } = await at.during(() => command(at.project));
      expect([command.name, bytes < FEW, requests <= 4]).toEqual([command.name, true, true]);
      expect(await at.differences()).toEqual([]);
    }
    expect((await snapshot(at.project)).snapshot.method).toBe('base');
    expect(await verify(at.project)).toMatchObject({ outcome: 'equal' });
    await stop(at);
  });

  test('nothing is fetched after it was undone', async () => {
    const at = await makeScene();
    at.edit(`UPDATE t SET v = 'mine' WHERE id = 7`);
    await push(at.project);
    expect(await undo(at.project)).toMatchObject({ outcome: 'undone' });
    const { bytes, result } = await at.during(() => snapshot(at.project));
    expect([result.snapshot.method, bytes < FEW]).toEqual(['base', true]);
    expect(await at.differences()).toEqual([]);
    await stop(at);
  });

  test.each([
    [
      'the working copy has what the remote does not take',
      [],
      'PRAGMA application_id = 5; UPDATE t SET v = 1 WHERE id = 1',
    ],
    [
      'the remote computes other values',
      [`CREATE TABLE c(id INTEGER PRIMARY KEY, r REAL, label AS ('' || r) STORED)`],
      'INSERT INTO c(id, r) VALUES (1, 0.1 + 0.2)',
    ],
    [
      'a vector index stays on the remote',
      ['CREATE TABLE e(id INTEGER PRIMARY KEY, x F32_BLOB(2))', 'CREATE INDEX ex ON e(libsql_vector_idx(x))'],
      'INSERT INTO e VALUES (1, zeroblob(8)); CREATE TABLE more(x)',
    ],
  ])('the remote is asked if %s', async (_, sql, edit) => {
    const at = await makeScene(sql);
    at.edit(edit);
    expect(await push(at.project)).toMatchObject({ outcome: 'pushed' });
    const { method } = (await snapshot(at.project)).snapshot;
    expect(await at.differences()).toEqual([]);
    expect(method).not.toBe('base');
    await stop(at);
  });

  test('the next change of somebody else is fetched, and nothing that is here', async () => {
    const at = await makeScene();
    at.edit(`UPDATE t SET v = 'mine' WHERE id = 7`);
    await push(at.project);
    await snapshot(at.project);
    await execOn(at.server, [`UPDATE t SET v = 'theirs' WHERE id = 9`]);
    const { bytes } = await at.during(() => pull(at.project));
    expect(bytes).toBeLessThan(100_000);
    expect(await at.differences()).toEqual([]);
    expect(await verify(at.project)).toMatchObject({ outcome: 'equal' });
    await stop(at);
  });

  test('others get nothing that only the working copy held', async () => {
    const at = await makeScene();
    const secret = 'a secret that was never pushed';
    at.edit(
      `CREATE TABLE s(v); INSERT INTO s VALUES ('${secret}'); DROP TABLE s; UPDATE t SET v = 1 WHERE id = 1`,
    );
    await push(at.project);
    const has = (file: string): boolean => readFileSync(file).includes(secret);
    expect(has(at.project.files.base.database)).toBe(true);
    const sharing = { snapshots: [], locks: makeTempDir() };
    // The second copy is one of the first, and the third one of what was not for others.
    for (const how of [{ sharing }, { sharing }, {}, { sharing }]) {
      const { bytes, result } = await at.during(() => snapshot(at.project, { dump: false, ...how }));
      expect([result.snapshot.method, bytes < FEW]).toEqual(['base', true]);
      if ('sharing' in how) expect(has(at.project.files.snapshot.database)).toBe(false);
      expect(await at.differences()).toEqual([]);
    }
    await stop(at);
  });
});

describeWithSqld('what others have changed', () => {
  test('is all that is fetched: from the log, and by digests once the server was started anew', async () => {
    const at = await makeScene();
    for (const method of ['log', 'page-digests', 'log'] as const) {
      await execOn(at.server, [`UPDATE t SET v = v || 1 WHERE id = 2000`]);
      if (method === 'page-digests') await at.server.restart();
      const { bytes } = await at.during(() => pull(at.project));
      const { size } = statSync(at.project.files.base.database);
      expect([method, bytes < size / 20]).toEqual([method, true]);
      expect(JSON.parse(readFileSync(at.project.files.base.manifest, 'utf8'))).toMatchObject({ method });
      expect(await at.differences()).toEqual([]);
    }
    await stop(at);
  });

  test('is found also where tables are left out', async () => {
    const at = await makeScene(
      ['CREATE TABLE private(v)', `INSERT INTO private VALUES ('secret')`],
      ['private'],
    );
    await execOn(at.server, [`UPDATE t SET v = 1 WHERE id = 2000`, `INSERT INTO private VALUES ('more')`]);
    const { bytes } = await at.during(() => pull(at.project));
    const { size } = statSync(at.project.files.base.database);
    expect(bytes < size / 20).toBe(true);
    expect(JSON.parse(readFileSync(at.project.files.base.manifest, 'utf8'))).toMatchObject({
      method: 'page-digests',
    });
    expect(readFileSync(at.project.files.base.database).includes('secret')).toBe(false);
    expect(await at.differences()).toEqual([]);
    await stop(at);
  });

  test.each([
    ['pages', (bytes: Buffer) => bytes.fill(0xee, 4096 * 20, 4096 * 22)],
    // What SQLite takes for a sound database.
    ['a letter of a row', (bytes: Buffer) => bytes.write('?', bytes.indexOf('unharmed'))],
  ])('is fetched by what differs if what is here is damaged: %s', async (_, harm) => {
    const at = await makeScene([`INSERT INTO t VALUES (5000, 'unharmed', 0)`]);
    const damage = (file: string): void => {
      const bytes = readFileSync(file);
      harm(bytes);
      // In place, so that what shares the file has it too.
      writeFileSync(file, bytes);
    };
    damage(at.project.files.base.database);
    await execOn(at.server, [`UPDATE t SET v = 1 WHERE id = 2000`]);
    expect((await snapshot(at.project)).snapshot.method).toBe('page-digests');
    expect(await at.differences()).toEqual([]);
    damage(at.project.files.snapshot.database);
    await init(at.project, { force: true });
    expect(await at.differences()).toEqual([]);
    await stop(at);
  });

  test('backups of pulls that compare only what is known to differ are whole', async () => {
    const at = await makeScene();
    at.edit(`INSERT INTO t VALUES (6000, 'mine', 1)`);
    for (const [i, sql] of [
      `UPDATE t SET v = 'theirs' WHERE id = 2000`,
      `DELETE FROM t WHERE id BETWEEN 100 AND 900`,
      `INSERT INTO k SELECT id, v FROM t LIMIT 1500`,
    ].entries()) {
      await execOn(at.server, [sql]);
      const before = path.join(makeTempDir(), 'before.db');
      copyFileSync(at.project.workingCopy, before);
      const { pending } = await pull(at.project);
      expect(pending).toBe(i === 2 ? 0 : 1);
      const { file } = await restore(at.project, { to: path.join(makeTempDir(), 'restored.db') });
      expect(readFileSync(file).equals(readFileSync(before))).toBe(true);
      // Once there are no edits, the snapshot itself is brought in.
      if (i === 1) at.edit('DELETE FROM t WHERE id = 6000');
    }
    expect(JSON.parse(readFileSync(at.project.files.base.manifest, 'utf8'))).toMatchObject({ method: 'log' });
    expect(await at.differences()).toEqual([]);
    expect(compareDatabases(at.project.files.base.database, at.project.workingCopy)).toEqual([]);
    await stop(at);
  });
});
