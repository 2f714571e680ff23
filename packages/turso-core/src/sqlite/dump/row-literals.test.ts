import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { buildDatabase, compareDatabases, makeTempDir, requireTool, sqlite3Path } from '@turso-sync/testing';
import { writeDumpFile } from './write-dump';

// These columns are rendered in a faster way.
(requireTool('sqlite3') ? test : test.skip)(
  'a column of nothing but doubles is restored to the bit',
  async () => {
    const dir = makeTempDir('literals-');
    const [database, dump, restored] = ['a.db', 'a.sql', 'b.db'].map((name) => path.join(dir, name)) as [
      string,
      string,
      string,
    ];
    buildDatabase(
      database,
      `CREATE TABLE zeros(v); INSERT INTO zeros VALUES (-0.0), (0.0), (-0.0);
     CREATE TABLE others(v); INSERT INTO others VALUES (0.1), (-1e-320), (5e-324), (-9e999), (1.7976931348623157e308), (-0.0)`,
    );
    await writeDumpFile(database, dump, { reader: null, setAside: [] });
    execFileSync(sqlite3Path() ?? '', [restored], { input: readFileSync(dump) });
    expect(compareDatabases(restored, database)).toEqual([]);
  },
);
