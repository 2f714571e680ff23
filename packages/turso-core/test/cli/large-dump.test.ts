import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildDatabase,
  compareDatabases,
  makeTempDir,
  removeTempDir,
  requireTool,
  sqlite3Path,
} from '@turso-sync/testing';

const BIN = join(__dirname, '..', '..', 'bin', 'turso-sync.js');

/** Large enough for the dump to be rendered by several threads, with gaps in the rowids and values of every kind. */
const LARGE = `CREATE TABLE t(id INTEGER PRIMARY KEY, a, r REAL, x TEXT);
  WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 120000)
  INSERT INTO t SELECT i * 3, i % 7, i / 7.0, 'text ' || i || ' ' || hex(zeroblob(60)) FROM s;
  INSERT INTO t VALUES(-5, x'00ff', -0.0, char(0) || 'nul'), (9223372036854775807, -0.0, 9e999, char(13, 10));
  CREATE TABLE hidden(a); INSERT INTO hidden SELECT a FROM t LIMIT 5000;
  CREATE TABLE k(k TEXT PRIMARY KEY, v) WITHOUT ROWID; INSERT INTO k SELECT 'k' || id, r FROM t LIMIT 5000;`;

(requireTool('sqlite3') ? test : test.skip)('a large dump restores to an equal database', () => {
  const dir = makeTempDir('large-');
  try {
    const [remote, restored] = [join(dir, 'remote.db'), join(dir, 'restored.db')];
    buildDatabase(remote, LARGE);
    expect(statSync(remote).size).toBeGreaterThan(16_000_000);
    execFileSync(process.execPath, [BIN, 'dump-init', '--quiet', '--cwd', dir], {
      env: { ...process.env, TURSO_DATABASE_URL: 'file:./remote.db' },
    });
    const dump = readFileSync(join(dir, '.turso', 'default', 'snapshot', 'original_dump.sql'));
    execFileSync(sqlite3Path() ?? '', ['-bail', restored], { input: dump });
    expect(compareDatabases(remote, restored)).toEqual([]);
  } finally {
    removeTempDir(dir);
  }
});
