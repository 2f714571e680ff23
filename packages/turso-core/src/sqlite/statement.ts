import type { StoredValues } from './stored-values';
import type { SqlValue } from './values/values';

/** One SQL statement with its bound values in the form of {@link bindValues}, or their place in a file. */
export interface Statement {
  readonly sql: string;
  readonly args?: readonly SqlValue[] | StoredValues;
  /** The rows that it changes. */
  readonly carries?: RowBatch;
  /**
   * Set if its arguments are rows, as one JSON text with BLOBs if any. Returns the same statement, reading each
   * argument from an SQL expression. It names each expression once, in order. Arguments too large for the request can
   * then be read from a table.
   */
  readonly readingFrom?: (values: readonly string[]) => string;
  /** The object of the schema that it creates, changes or drops. */
  readonly about?: ObjectName;
  /** The setting of the database that it changes. */
  readonly sets?: 'user_version';
  /** The name of the project's check in this statement: it fails if the check returns rows. */
  readonly check?: string;
}

/** The name of an object of the schema. */
export interface ObjectName {
  readonly type: 'table' | 'index' | 'view' | 'trigger';
  readonly name: string;
  /** The table of the object, or its own name. */
  readonly table: string;
}

/** The number of rows that a statement changes in a table, and how. */
export interface RowBatch {
  /** How the rows change. */
  readonly kind: 'delete' | 'update' | 'insert';
  /** The name of the table. */
  readonly table: string;
  /** Number of rows. */
  readonly rows: number;
}

/** How a transaction ended. If it was not committed, nothing of it is in the database. */
export type TransactionOutcome =
  | {
      readonly committed: true;
      /**
       * The remote's fingerprint from then on, if its answer tells it. Null if others have written since the last
       * request for a fingerprint: this one would cover their writes.
       */
      readonly fingerprint?: string | null;
    }
  | {
      readonly committed: false;
      /** Index of the failed statement, or the number of statements if the end of the transaction failed. */
      readonly failed: number;
      /** The code of SQLite or the server, for example `SQLITE_CONSTRAINT`. */
      readonly code: string;
      readonly message: string;
    };

/**
 * The code of libsql-server for a transaction that it ended for another writer. The next step reports it, perhaps the
 * COMMIT.
 */
export const TRANSACTION_TIMEOUT = 'TRANSACTION_TIMEOUT';

/** The code of libsql-server for SQL that its parser cannot read, or does not allow. It then runs no step at all. */
export const NOT_UNDERSTOOD = 'SQL_PARSE_ERROR';
