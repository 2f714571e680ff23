/// <reference lib="esnext.disposable" preserve="true" />
import type { SqlValue } from '../sqlite/values/values';

/** When the replica is synced automatically: see {@link LiveOptions.autoSync}. */
export type AutoSync = boolean | number;

/** Options of a live connection. */
export interface LiveOptions {
  /**
   * The database's address: `libsql:`, `https:`, `http:`, `wss:` or `ws:`. A `file:` URL opens a local database without
   * a server.
   */
  readonly url: string;
  /** The token, if the server needs one. Default is none. */
  readonly authToken?: string | undefined;
  /** The key of an encrypted database, in base64. Default is none. */
  readonly encryptionKey?: string | undefined;
  /**
   * Whether token and key may go to another machine over plain HTTP. If not, this throws TOKEN_OVER_HTTP. Default is
   * true if the environment variable `TURSO_SYNC_ALLOW_HTTP_TOKEN` is `1`, otherwise false.
   */
  readonly allowHttpToken?: boolean;
  /**
   * The replica's file, for local reads. A missing file is created, and a missing folder: only you may read it, and
   * git ignores the replica. Relative paths start at the current folder. Default is none: reads go to the server as
   * well. Has no effect with `file:`.
   */
  readonly replica?: string | undefined;
  /**
   * When to sync the replica. `true`: after every write, before the call returns. `false`: only with {@link Live.sync}.
   * A number: in the background at this interval in milliseconds, and also after every write. Default is `true`.
   */
  readonly autoSync?: AutoSync;
  /** Milliseconds for each call, including retries and the sync after a write. Default is 30,000. */
  readonly timeout?: number;
  /** The maximum number of retries, for safely repeatable operations only. Default is 5. */
  readonly maxRetries?: number;
  /**
   * Receives a sentence when the replica had to be rebuilt. Default is no callback; {@link LiveStats.rebuilds} still
   * counts.
   */
  readonly onNotice?: (notice: string) => void;
}

/**
 * Values for the parameters of a statement, one for each. A list has them in the order of their numbers, as SQLite
 * numbers `?`, `?1`, `:name`, `@name` and `$name`. An object has them by name without the first character, and its key
 * for `?1` is `1`. USAGE reports missing and surplus values.
 *
 * A `number` is always a REAL, and a `bigint` an INTEGER. Text with invalid encoding cannot be bound: bind its bytes,
 * and write `CAST(? AS TEXT)`.
 */
export type LiveArguments = readonly SqlValue[] | Readonly<Record<string, SqlValue>>;

/** A statement of a batch, with its values. */
export interface LiveStatement {
  /** The SQL, one statement. */
  readonly sql: string;
  /** The values of its parameters. Default is none. */
  readonly args?: LiveArguments;
}

/** The rows of a query. */
export interface QueryResult {
  /** The column names, in order. Names may repeat. */
  readonly columns: readonly string[];
  /** The rows, each with a value for every column. */
  readonly rows: SqlValue[][];
}

/** The changes of a write. */
export interface Changes {
  /** Number of rows inserted, updated or deleted, not counting triggers and cascades. */
  readonly changes: number;
  /** The rowid of the row inserted last, or null if no row was inserted. */
  readonly lastInsertRowid: bigint | null;
}

/** The changes of a statement, and the rows of its RETURNING clause. */
export interface ExecuteResult extends QueryResult, Changes {}

/** The changes of a batch, in total and by statement. */
export interface BatchResult extends Changes {
  /** The result of each statement, in order. */
  readonly results: readonly ExecuteResult[];
}

/** The result of a sync. Without a replica, both numbers are 0. */
export interface SyncResult {
  /** Number of database pages received. */
  readonly frames: number;
  /** The number of the replica's latest frame. */
  readonly frameNo: number;
}

/** Activity of a connection since it was opened. */
export interface LiveStats {
  /** Number of reads. */
  readonly reads: number;
  /** Number of writes. */
  readonly writes: number;
  /** Number of rows changed by writes. */
  readonly rowsWritten: number;
  /** Number of syncs. */
  readonly syncs: number;
  /** Number of retries of safely repeatable operations. */
  readonly retries: number;
  /** How often the replica's sync process was restarted. */
  readonly reconnects: number;
  /** How often the replica was rebuilt. */
  readonly rebuilds: number;
  /** The number of the replica's latest frame; 0 without a replica. */
  readonly frameNo: number;
  /** Milliseconds since the latest successful sync, or null if none has succeeded. */
  readonly lastSyncMsAgo: number | null;
}

/** Reads and writes of one transaction. */
export interface TransactionScope {
  /** Works like {@link Live.query}, and sees the transaction's own writes. */
  query(sql: string, args?: LiveArguments): Promise<QueryResult>;
  /**
   * Works like {@link Live.execute}. If a statement fails, the transaction stays open and keeps its other statements.
   */
  execute(sql: string, args?: LiveArguments): Promise<ExecuteResult>;
}

/** A write transaction on the primary, over several calls. */
export interface LiveTransaction extends TransactionScope {
  /** Commits the transaction. Throws REMOTE_BUSY if the server has already ended it: then nothing was written. */
  commit(): Promise<void>;
  /** Ends the transaction without any changes. Does nothing if it has already ended. */
  rollback(): Promise<void>;
}

/**
 * A live connection. With a replica, reads come from there. Writes go to the primary. By default, a write returns after
 * the replica is synced. Calls may overlap. Every method throws a TursoSyncError:
 *
 * - CONNECTION_CLOSED after {@link close}.
 * - `REMOTE_*` codes if the server is at fault.
 * - SQL_FAILED, CONSTRAINT_FAILED and VALUE_TOO_LARGE for the statement itself.
 * - USAGE for invalid arguments.
 * - COMMITTED_NOT_SYNCED after a write, if it is on the primary but not yet in the replica.
 */
export interface Live extends AsyncDisposable {
  /** Runs one read statement. Throws USAGE if it would write. */
  query(sql: string, args?: LiveArguments): Promise<QueryResult>;
  /** Runs one write statement. Never repeats it once it may have arrived, but throws REMOTE_INTERRUPTED. */
  execute(sql: string, args?: LiveArguments): Promise<ExecuteResult>;
  /** Runs all of the statements or none, in one transaction and one request. */
  batch(statements: readonly (string | LiveStatement)[]): Promise<BatchResult>;
  /**
   * Inserts rows into a table in one transaction, with thousands of rows per statement. `table` and `columns` are plain
   * names. Each row has a value for every column.
   */
  insertRows(
    table: string,
    columns: readonly string[],
    rows: Iterable<readonly SqlValue[]>,
  ): Promise<Changes>;
  /**
   * Runs work in a write transaction. Commits it at the end, or rolls it back if the work throws. Other calls on the
   * connection do not belong to the transaction. A server ends a transaction after some idle seconds: REMOTE_BUSY.
   */
  transaction<T>(work: (transaction: TransactionScope) => Promise<T>): Promise<T>;
  /** Begins a transaction; the caller ends it. {@link transaction} ends it automatically. */
  begin(): Promise<LiveTransaction>;
  /** Brings the replica up to date. Throws SYNC_FAILED. */
  sync(): Promise<SyncResult>;
  /** What the connection has done so far. */
  stats(): LiveStats;
  /** Waits for running calls, rolls back open transactions, and releases connections and files. Safe to call twice. */
  close(): Promise<void>;
}
