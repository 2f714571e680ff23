import path from 'node:path';
import {
  buildDatabase,
  compareDatabases,
  downloadDatabase,
  makeTempDir,
  requireTool,
  startSqld,
  type SqldWithAuth,
} from '@turso-sync/testing';

/** `describe`, where there is a server to be had. */
export const describeWithSqld = requireTool('sqld') ? describe : describe.skip;

const BASE = `
  CREATE TABLE person(id INTEGER PRIMARY KEY, name TEXT NOT NULL COLLATE NOCASE, score REAL, photo BLOB);
  CREATE TABLE visit(person INTEGER REFERENCES person, day TEXT, PRIMARY KEY(person, day)) WITHOUT ROWID;
  CREATE INDEX person_by_name ON person(name);
  CREATE VIEW visitor AS SELECT name, day FROM visit JOIN person ON person = id;
  INSERT INTO person VALUES(1,'Ada',0.1,x'00ff'),(2,'Grace',-0.0,NULL),(3,'Edsger',9e999,zeroblob(5000));
  INSERT INTO visit VALUES(1,'2026-01-01'),(2,'2026-01-02');`;

/** A change of everything: rows, values that are easily lost, schema. */
export const EDIT = `
  UPDATE person SET score = 1e-320, photo = x'80' WHERE id = 1;
  DELETE FROM visit WHERE person = 2;
  DELETE FROM person WHERE id = 2;
  INSERT INTO person VALUES(9007199254740993,'näh'||char(0)||'e',0.30000000000000004,randomblob(9000));
  CREATE INDEX visit_by_day ON visit(day);
  CREATE TABLE later(at TEXT);
  INSERT INTO later VALUES('now'),(NULL);`;

/** A server that asks for tokens. */
export interface Served {
  readonly sqld: SqldWithAuth;
  /** The variables by which it is reached. */
  readonly variables: Readonly<Record<string, string>>;
  /** What is different between the server's database and a file. */
  compare(file: string): Promise<string[]>;
}

/** Starts a server with a small database, which has a bit of everything. */
export async function serve(): Promise<Served> {
  const folder = makeTempDir('served-');
  const database = path.join(folder, 'base.db');
  buildDatabase(database, BASE);
  const sqld = await startSqld({ database, auth: true });
  return {
    sqld,
    variables: { TURSO_DATABASE_URL: sqld.url, TURSO_AUTH_TOKEN: sqld.readWriteToken },
    async compare(file) {
      const download = path.join(folder, 'download.db');
      await downloadDatabase(sqld, download);
      return compareDatabases(download, file);
    },
  };
}
