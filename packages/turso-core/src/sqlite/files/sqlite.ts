// Needs no esModuleInterop in projects that check the types of libraries.
// eslint-disable-next-line @typescript-eslint/no-require-imports
import type Sqlite = require('better-sqlite3');

/**
 * An open SQLite database. Version 12 of better-sqlite3 makes Node 24.19 and later abort if one of its objects is
 * released at an unlucky moment. Version 13, on Node-API 10, does not, but Node 20 cannot load it. For this reason both
 * are dependencies, and the newer one is used if it runs.
 *
 * @see https://github.com/WiseLibs/better-sqlite3/issues/1515
 * @see https://github.com/WiseLibs/better-sqlite3/issues/1514
 */
export type Database = Sqlite.Database;

/**
 * Opens a database; see the type. Everything that definitions call must be harmless, even in a hostile database.
 * Functions and virtual tables that SQLite does not call harmless are not available there.
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
      // The first database loads its binary.
      new Newer(':memory:').close();
      return Newer;
    } catch {
      // It is optional: npm may leave it out, and it has binaries only for some systems.
    }
  }
  return require('better-sqlite3') as typeof Sqlite;
}
