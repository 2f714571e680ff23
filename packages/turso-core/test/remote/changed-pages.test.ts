import { copyFileSync } from 'node:fs';
import path from 'node:path';
import {
  compareDatabases,
  Database,
  execOn,
  makeTempDir,
  removeTempDir,
  requireTool,
  startSqld,
  type Sqld,
} from '@turso-sync/testing';
import fc, { type Arbitrary } from 'fast-check';
import { connect } from '../../src/remote/connect';
import type { Remote, SnapshotMethod, SnapshotStart } from '../../src/remote/remote';
import { parseRemoteUrl } from '../../src/remote/url';

/** How many times longer than in CI this runs; a failure prints its seed, which TURSO_SYNC_SEED takes. */
const LONGER = Number(process.env['TURSO_SYNC_RUNS'] ?? 1);
const SEED = process.env['TURSO_SYNC_SEED'];

const describeWithSqld = requireTool('sqld') ? describe : describe.skip;

const dir = makeTempDir();
afterAll(() => removeTempDir(dir));
let files = 0;
const newFile = (): string => path.join(dir, `${files++}.db`);

const connectTo = ({ url }: Pick<Sqld, 'url'>): Remote => connect(parseRemoteUrl(url, ''));

/** A copy by one way, and what may start from it. */
async function copyBy(
  remote: Remote,
  method: SnapshotMethod | undefined,
  starts: readonly SnapshotStart[] = [],
): Promise<SnapshotStart & { readonly method: SnapshotMethod }> {
  const file = newFile();
  const pagesAt = await remote.fingerprint();
  const taken = await remote.snapshot(file, {
    starts,
    ...(method === undefined ? {} : { method }),
  });
  return {
    file,
    method: taken.method,
    pagesAt: taken.crc === null ? null : pagesAt,
    crc: taken.crc ?? undefined,
  };
}

const rows = (count: number): string =>
  `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT ${count})`;

const TABLES = ['a', 'b', 'c'];

/** What somebody does to a database. A statement that does not fit does nothing. */
const action: Arbitrary<string> = fc
  .tuple(fc.constantFrom(...TABLES), fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 9000 }))
  .chain(([table, count, size]) =>
    fc.constantFrom(
      `CREATE TABLE ${table}(id INTEGER PRIMARY KEY, v, w)`,
      `CREATE TABLE ${table}(v PRIMARY KEY, w) WITHOUT ROWID`,
      `CREATE TABLE ${table}(v, w)`,
      `DROP TABLE ${table}`,
      `ALTER TABLE ${table} ADD COLUMN added_${count} DEFAULT 7`,
      `CREATE INDEX ${table}_${count} ON ${table}(w)`,
      `CREATE VIRTUAL TABLE f${count} USING fts5(x)`,
      `${rows(count)} INSERT INTO ${table}(v, w) SELECT i + random(), i FROM n`,
      `${rows(count)} INSERT INTO ${table}(v, w) SELECT random() || i, hex(randomblob(i * 10)) FROM n`,
      `INSERT INTO ${table}(v, w) VALUES (random(), randomblob(${size * 20}))`,
      `UPDATE ${table} SET w = ${count} WHERE v % ${count} = 0`,
      `DELETE FROM ${table} WHERE w % ${count} = 0`,
      `DELETE FROM ${table}`,
      `PRAGMA user_version = ${count}`,
    ),
  );

const history = fc.array(fc.array(action, { minLength: 1, maxLength: 5 }), { minLength: 2, maxLength: 4 });

async function act(server: Sqld, sql: string): Promise<void> {
  await execOn(server, [sql]).catch((error: unknown) => {
    if (!/no such|already exists|not an error|duplicate|constraint|no column/i.test(String(error)))
      throw error;
  });
}

describeWithSqld('a snapshot that starts from an earlier copy', () => {
  // A file that shrinks by itself also loses pages.
  test.each([
    ['UTF-8', 'NONE'],
    ['UTF-16le', 'NONE'],
    ['UTF-8', 'FULL'],
  ])('is the same by each way, after any changes (%s, auto_vacuum %s)', async (encoding, vacuum) => {
    const empty = newFile();
    const db = new Database(empty);
    db.exec(`PRAGMA encoding = '${encoding}'; PRAGMA auto_vacuum = ${vacuum}`);
    db.exec(`CREATE TABLE a(id INTEGER PRIMARY KEY, v, w); CREATE TABLE much(v);
      ${rows(300)} INSERT INTO much SELECT randomblob(3000) FROM n`);
    db.close();
    await fc.assert(
      fc.asyncProperty(history, async (rounds) => {
        const server = await startSqld({ database: empty });
        const remote = connectTo(server);
        let start: SnapshotStart = await copyBy(remote, 'pages');
        for (const [i, actions] of rounds.entries()) {
          for (const sql of actions) await act(server, sql);
          const whole = await copyBy(remote, 'pages');
          const byLog = await copyBy(remote, 'log', [start]);
          // Local edits and another layout change what is fetched, and not what comes of it.
          const edited = newFile();
          copyFileSync(start.file, edited);
          const local = new Database(edited);
          local.exec(
            i % 2 === 0 ? `CREATE TABLE mine(x); INSERT INTO mine VALUES (randomblob(9000))` : 'VACUUM',
          );
          local.close();
          const byDigests = await copyBy(remote, 'page-digests', [{ file: edited, pagesAt: null }]);
          for (const { file } of [byLog, byDigests])
            expect(compareDatabases(whole.file, file, { ignoreApplicationId: false })).toEqual([]);
          expect([byLog.method, byDigests.method]).toEqual(['log', 'page-digests']);
          start = i % 2 === 0 ? byLog : byDigests;
        }
        await remote.close();
        await server.stop();
      }),
      { numRuns: 6 * LONGER, ...(SEED === undefined ? {} : { seed: Number(SEED) }) },
    );
  });
});
