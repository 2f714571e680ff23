// Needs no esModuleInterop in projects that check the types of libraries.
// eslint-disable-next-line @typescript-eslint/no-require-imports
import type Sqlite = require('better-sqlite3');

/**
 * An open SQLite database. Version 12 of better-sqlite3 makes Node 24.19 and later abort where an object of it is let go of
 * at an unlucky moment; version 13, on Node-API 10, does not, and Node 20 cannot load that. So both are dependencies, and the
 * newer one is taken where it runs.
 *
 * @see https://github.com/WiseLibs/better-sqlite3/issues/1515
 * @see https://github.com/WiseLibs/better-sqlite3/issues/1514
 */
export type Database = Sqlite.Database;

/**
 * Opens a database; see the type. What definitions call, be it of a hostile database, must be harmless: functions and
 * virtual tables that SQLite does not call so cannot be used there.
 *
 * @see https://sqlite.org/pragma.html#pragma_trusted_schema
 */
export const Database: typeof Sqlite = untrusting(load());

function untrusting(Any: typeof Sqlite): typeof Sqlite {
  return class extends Any {
    constructor(...given: ConstructorParameters<typeof Sqlite>) {
      super(...given);
      this.pragma('trusted_schema = OFF');
    }
  } as typeof Sqlite;
}

/* eslint-disable @typescript-eslint/no-require-imports */
function load(): typeof Sqlite {
  if (Number(process.versions['napi']) >= 10) {
    try {
      const Newer = require('better-sqlite3-node-api') as typeof Sqlite;
      // Its binary is loaded for the first database.
      new Newer(':memory:').close();
      return Newer;
    } catch {
      // It is optional: npm may have been told to leave it out, and it has binaries for some systems only.
    }
  }
  return require('better-sqlite3') as typeof Sqlite;
}
