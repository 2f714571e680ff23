import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { buildDatabase, Database, editDatabase, makeTempDir } from '@turso-sync/testing';
import { loadProject } from '../../src/project/load-project';
import type { Project } from '../../src/project/project';
import { openReadOnly, using } from '../../src/sqlite/files/open';
import type { Adapter, Served } from '../fixtures/adapters.fixture';

/** A table as sqlite-vec makes it, in a database whose SQLite does not have the module. */
const VECTORS = `
  CREATE TABLE docs_info(key text primary key, value any); INSERT INTO docs_info VALUES('version', 'v0.1.9');
  CREATE TABLE docs_chunks(chunk_id INTEGER PRIMARY KEY AUTOINCREMENT, size INTEGER NOT NULL, validity BLOB NOT NULL);
  INSERT INTO docs_chunks VALUES(1, 1024, zeroblob(128));
  CREATE TABLE docs_rowids(rowid INTEGER PRIMARY KEY AUTOINCREMENT, id, chunk_id INTEGER, chunk_offset INTEGER);
  INSERT INTO docs_rowids VALUES(1, NULL, 1, 0);
  CREATE TABLE docs_vector_chunks00(rowid PRIMARY KEY, vectors BLOB NOT NULL);
  INSERT INTO docs_vector_chunks00 VALUES(1, CAST('secret vector' AS BLOB));
  CREATE TABLE docs_tags(doc INTEGER, tag); INSERT INTO docs_tags VALUES(1, 'new');`;

/** Makes a database of SQL, and in it the table `docs` of a module that is not there. */
export function buildWithVectors(sql: string): string {
  const file = path.join(makeTempDir('vectors-'), 'remote.db');
  buildDatabase(file, `${sql}; ${VECTORS}`);
  const db = new Database(file);
  db.unsafeMode(true);
  db.pragma('writable_schema = ON');
  db.prepare(
    `INSERT INTO sqlite_schema(type, name, tbl_name, rootpage, sql)
     VALUES('table', 'docs', 'docs', 0, 'CREATE VIRTUAL TABLE docs USING vec0(e float[3])')`,
  ).run();
  db.close();
  return file;
}

/** The tables of {@link buildWithVectors} that belong to `docs`. */
export const OF_DOCS = ['docs', 'docs_chunks', 'docs_info', 'docs_rowids', 'docs_vector_chunks00'];

/** A project, its remote, and both sides' hands. */
export interface Scene {
  readonly served: Served;
  /** Reads the config anew, after `exclude` was set in it; of an environment if one is named. */
  load(
    exclude: readonly string[],
    environments?: Record<string, readonly string[]>,
    env?: string,
  ): Promise<Project>;
  edit(sql: string): void;
  query(sql: string): unknown[];
  remote(sql: string): Promise<unknown[]>;
}

/** Serves a database, and makes a project of it. */
export async function makeScene(adapter: Adapter, database: string): Promise<Scene> {
  const served = await adapter.serve(database);
  const connection = served.connect();
  const { location } = connection;
  await connection.close();
  const directory = makeTempDir('exclude-');
  const workingCopy = path.join(directory, 'working_copy.db');
  return {
    served,
    load(exclude, environments = {}, env) {
      const named = Object.entries(environments).map(([name, list]) => [name, { exclude: list }]);
      const config = { exclude, environments: Object.fromEntries(named) as object };
      writeFileSync(path.join(directory, 'turso-sync.config.json'), JSON.stringify(config));
      const variables = { TURSO_DATABASE_URL: location };
      return loadProject({ cwd: directory, variables, ...(env === undefined ? {} : { env }) });
    },
    edit: (sql) => editDatabase(workingCopy, sql),
    query: (sql) => readFile(workingCopy, sql),
    async remote(sql) {
      const reading = served.connect();
      try {
        return [...(await reading.read((query) => query(sql)))];
      } finally {
        await reading.close();
      }
    },
  };
}

/** The rows of a query on a file. */
export function readFile(file: string, sql: string): unknown[] {
  return using(openReadOnly(file), (db) => db.prepare(sql).raw().all());
}
