import type Sqlite from 'better-sqlite3';

/** SQLite as turso-core has it: version 12 of better-sqlite3 makes Node 24 abort, and Node 20 cannot load version 13. */
export const Database: typeof Sqlite = load();

/** A database that it has opened. */
export type Database = Sqlite.Database;

/* eslint-disable @typescript-eslint/no-require-imports */
function load(): typeof Sqlite {
  const isNew = Number(process.versions['napi']) >= 10;
  return (isNew ? require('better-sqlite3-node-api') : require('better-sqlite3')) as typeof Sqlite;
}
