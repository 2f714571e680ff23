import type { StoredValues } from './stored-values';
import type { SqlValue } from './values/values';

/** One SQL statement with its bound values, as {@link bindValues} makes them, or where these are stored. */
export interface Statement {
  readonly sql: string;
  readonly args?: readonly SqlValue[] | StoredValues;
  /** The rows that it changes. */
  readonly carries?: RowBatch;
  /**
   * Set if its arguments are rows, as one JSON text and perhaps their BLOBs: the same statement, reading each from an SQL
   * expression, which it names once, in that order. So what is too large for the request can be read from a table.
   */
  readonly readingFrom?: (values: readonly string[]) => string;
  /** The object of the schema that it creates, changes or drops. */
  readonly about?: ObjectName;
  /** The setting of the database that it changes. */
  readonly sets?: 'user_version';
  /** The name of the project's check that it is: it fails if that returns rows. */
  readonly check?: string;
}

/** Names an object of the schema. */
export interface ObjectName {
  readonly type: 'table' | 'index' | 'view' | 'trigger';
  readonly name: string;
  /** The table that it is on, or its own name. */
  readonly table: string;
}

/** How many rows of which table a statement changes, and how. */
export interface RowBatch {
  readonly kind: 'delete' | 'update' | 'insert';
  readonly table: string;
  readonly rows: number;
}

/** How a transaction ended. When it was not committed, nothing of it is in the database. */
export type TransactionOutcome =
  | {
      readonly committed: true;
      /**
       * The mark of the remote from then on, where its answer tells it; null where others have written since the last mark
       * was asked for, which would cover their writes.
       */
      readonly fingerprint?: string | null;
    }
  | {
      readonly committed: false;
      /** Index of the statement that failed; their number if the end of the transaction did. */
      readonly failed: number;
      /** SQLite's or the server's code, such as `SQLITE_CONSTRAINT`. */
      readonly code: string;
      readonly message: string;
    };

/** The code of libsql-server for a transaction that it has ended for another writer; the next step tells, which may be COMMIT. */
export const TRANSACTION_TIMEOUT = 'TRANSACTION_TIMEOUT';

/** The code of libsql-server for SQL that its parser cannot read, or does not allow. It then carries out no step at all. */
export const NOT_UNDERSTOOD = 'SQL_PARSE_ERROR';
