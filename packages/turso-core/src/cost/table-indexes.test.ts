import { buildDatabase, makeTempDir } from '@turso-sync/testing';
import path from 'node:path';
import { openReadOnly, using } from '../sqlite/files/open';
import { readSchema } from '../sqlite/schema/schema';
import { readIndexes } from './table-indexes';

test('tables and views that are named like what tells of indexes do not take its place', () => {
  const file = path.join(makeTempDir(), 'a.db');
  buildDatabase(
    file,
    `CREATE TABLE t(id INTEGER PRIMARY KEY, v); CREATE INDEX t_v ON t(v);
     CREATE TABLE pragma_index_list(name); CREATE VIEW pragma_index_xinfo AS SELECT 1 AS name`,
  );
  using(openReadOnly(file), (db) => {
    const table = readSchema(db).tables.get('t');
    const [index] = table === undefined ? [] : readIndexes(db, table);
    expect([index?.name, index?.isDeclared, index?.columns?.has('v')]).toEqual(['t_v', true, true]);
  });
});
