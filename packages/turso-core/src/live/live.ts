/// <reference lib="esnext.disposable" preserve="true" />
import type { SqlValue } from '../sqlite/values/values';

/** When the replica is brought up to date by itself: see {@link LiveOptions.autoSync}. */
export type AutoSync = boolean | number;

/** How to open a live connection. */
export interface LiveOptions {
  /** Where the database is: `libsql:`, `https:`, `http:`, `wss:`, `ws:`, or `file:` for a local database and no server. */
  readonly url: string;
  /** The token of a server that asks for one. Default is none. */
  readonly authToken?: string | undefined;
  /** The key of an encrypted database, in base64. Default is none. */
  readonly encryptionKey?: string | undefined;
  /**
   * Whether token and key may go to another machine over plain HTTP. Default is whether the environment variable
   * `TURSO_SYNC_ALLOW_HTTP_TOKEN` is `1`; without it that is TOKEN_OVER_HTTP.
   */
  readonly allowHttpToken?: boolean;
  /**
   * The file of the replica that reads come from, made where it is not there; its folder, too. Relative to the current folder.
   * Default is none: reads go to the server as well. Means nothing with `file:`.
   */
  readonly replica?: string | undefined;
  /**
   * `true`: after every write, before the call is answered. `false`: only by {@link Live.sync}. A number: in the background,
   * every so many milliseconds, and after every write as well. Default is `true`.
   */
  readonly autoSync?: AutoSync;
  /** Milliseconds for each call, repetitions and the sync after a write included. Default is 30,000. */
  readonly timeout?: number;
  /** How often something that is surely safe to repeat is repeated. Default is 5. */
  readonly maxRetries?: number;
  /** Told in a sentence when the replica had to be made anew. Default: nobody is, but {@link LiveStats.rebuilds} counts. */
  readonly onNotice?: (notice: string) => void;
}

/**
 * Values for the parameters of a statement: in order, or by name, without the `:`, `@` or `$`. A `number` is always a REAL, and a
 * `bigint` an INTEGER. Text that is no text cannot be bound: bind its bytes, and write `CAST(? AS TEXT)`.
 */
export type LiveArguments = readonly SqlValue[] | Readonly<Record<string, SqlValue>>;

/** A statement of a batch, with its values. */
export interface LiveStatement {
  readonly sql: string;
  readonly args?: LiveArguments;
}

/** Rows that a query answers with. */
export interface QueryResult {
  /** The names of the columns, in order; names may come twice. */
  readonly columns: readonly string[];
  /** The rows, each with a value for every column. */
  readonly rows: SqlValue[][];
}

/** What was changed. */
export interface Changes {
  /** Rows that were inserted, updated or deleted; without what triggers and cascades did. */
  readonly changes: number;
  /** The rowid of the row that was inserted last, or null where none was. */
  readonly lastInsertRowid: bigint | null;
}

/** What a statement did, and the rows of its RETURNING clause. */
export interface ExecuteResult extends QueryResult, Changes {}

/** What a batch did: all of it, and statement by statement. */
export interface BatchResult extends Changes {
  readonly results: readonly ExecuteResult[];
}

/** What a sync came to. Without a replica both are 0. */
export interface SyncResult {
  /** Pages of the database that came. */
  readonly frames: number;
  /** The number of the latest frame that the replica has. */
  readonly frameNo: number;
}

/** What a connection has done since it was opened. */
export interface LiveStats {
  readonly reads: number;
  readonly writes: number;
  /** Rows that writes have changed. */
  readonly rowsWritten: number;
  readonly syncs: number;
  /** Repetitions of what was safe to repeat. */
  readonly retries: number;
  /** How often the process that syncs the replica was started anew. */
  readonly reconnects: number;
  /** How often the replica was made anew. */
  readonly rebuilds: number;
  /** The number of the latest frame that the replica has; 0 without one. */
  readonly frameNo: number;
  /** Milliseconds since the latest sync that succeeded, or null where none has. */
  readonly lastSyncMsAgo: number | null;
}

/** Reads and writes of one transaction. */
export interface TransactionScope {
  /** As {@link Live.query}, and sees what the transaction has written. */
  query(sql: string, args?: LiveArguments): Promise<QueryResult>;
  /** As {@link Live.execute}. A statement that fails leaves the transaction open, and the others in it. */
  execute(sql: string, args?: LiveArguments): Promise<ExecuteResult>;
}

/** A write transaction of several calls, on the primary. */
export interface LiveTransaction extends TransactionScope {
  /** Throws REMOTE_BUSY where the server has ended it already: then nothing of it was written. */
  commit(): Promise<void>;
  /** Ends it without a trace. Does nothing where it has ended already. */
  rollback(): Promise<void>;
}

/**
 * A live connection. Reads come from the replica, where there is one; writes go to the primary, and the replica is synced
 * before they are answered. Calls may be made side by side. Every method throws a TursoSyncError: CONNECTION_CLOSED after
 * {@link close}, the `REMOTE_*` codes where the server is at fault, SQL_FAILED, CONSTRAINT_FAILED and VALUE_TOO_LARGE for
 * the statement itself, USAGE for arguments that are none; and after a write COMMITTED_NOT_SYNCED where it is on the
 * primary and the replica does not have it yet.
 */
export interface Live extends AsyncDisposable {
  /** Runs one statement that reads. One that would write is refused (USAGE). */
  query(sql: string, args?: LiveArguments): Promise<QueryResult>;
  /** Runs one statement that writes. Never repeated once it may have arrived: then REMOTE_INTERRUPTED says so. */
  execute(sql: string, args?: LiveArguments): Promise<ExecuteResult>;
  /** Runs statements in one transaction, sent at once: all of them or none. */
  batch(statements: readonly (string | LiveStatement)[]): Promise<BatchResult>;
  /**
   * Inserts rows into a table, in one transaction, thousands of them a statement. `table` and `columns` are plain names, and
   * each row has a value for every column.
   */
  insertRows(
    table: string,
    columns: readonly string[],
    rows: Iterable<readonly SqlValue[]>,
  ): Promise<Changes>;
  /**
   * Runs work in a write transaction: committed when it is done, rolled back when it throws. Other calls on the connection are
   * no part of it. A server ends a transaction that is idle for some seconds: REMOTE_BUSY.
   */
  transaction<T>(work: (transaction: TransactionScope) => Promise<T>): Promise<T>;
  /** Begins a transaction that is ended by hand; {@link transaction} does so itself. */
  begin(): Promise<LiveTransaction>;
  /** Brings the replica up to date. Throws SYNC_FAILED. */
  sync(): Promise<SyncResult>;
  stats(): LiveStats;
  /**
   * Waits for calls that are under way, rolls back transactions that are open, and lets go of connections and files. Safe to
   * call twice.
   */
  close(): Promise<void>;
}
