/// <reference lib="esnext.disposable" preserve="true" />
import type { SqlValue } from '../sqlite/values/values';
import type { LatencySummary } from './latency';
import type { LiveEvent } from './live-event';

/** When the replica is synced automatically: see {@link LiveOptions.autoSync}. */
export type AutoSync = boolean | number;

/** Options of a live connection. */
export interface LiveOptions {
  /**
   * The database's address: `libsql:`, `https:`, `http:`, `wss:` or `ws:`. A `file:` URL opens a local database without
   * a server.
   */
  readonly url: string;
  /**
   * The token, if the server needs one, or a function that returns it. The function is asked once, and again each time
   * the server refuses the token: the refused request is then sent once more. If the function fails, calls throw
   * REMOTE_UNAUTHORIZED; if it returns no string, USAGE. Default is none.
   *
   * @example
   * ```ts
   * const live = await openLive({ url, authToken: () => readFile('/run/secrets/turso', 'utf8') });
   * ```
   */
  readonly authToken?: string | (() => string | Promise<string>) | undefined;
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
  /**
   * Whether an intact replica is enough to open the connection while the server is away: nobody answers, or the server
   * is silent, too busy, or fails. Reads then use the replica, and {@link LiveStats.replicaAgeMs} is its age. Writes
   * throw, for example REMOTE_UNREACHABLE, until the server is back. The connection syncs as soon as it is, unless
   * auto-sync is off. If the replica cannot serve, `openLive` throws the server's error, and its message says why.
   * Default is false.
   *
   * @example
   * ```ts
   * const live = await openLive({ url, replica: '.turso/live/replica.db', offlineStart: true });
   * const { lastSyncMsAgo, replicaAgeMs } = live.stats();
   * if (lastSyncMsAgo === null) console.warn(`Offline, with data that is ${replicaAgeMs} ms old.`);
   * ```
   */
  readonly offlineStart?: boolean;
  /** Milliseconds for each call, including retries and the sync after a write. Default is 30,000. */
  readonly timeout?: number;
  /** The maximum number of retries, for safely repeatable operations only. Default is 5. */
  readonly maxRetries?: number;
  /**
   * Receives syncs, retries, rebuilds of the replica, and slow statements. An error that it throws has no effect. Default
   * is no callback.
   */
  readonly onEvent?: (event: LiveEvent) => void;
  /** Milliseconds from which a call is a `slow` event. Default is none. */
  readonly slowStatementMs?: number;
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

/** A row as an object: its values by the names of their columns. */
export type LiveRow = Record<string, SqlValue>;

/**
 * What the type of a row may be: every column has a value of SQLite. So a `boolean` or a `Date` does not compile. The
 * types describe what you select; the library does not check rows against them.
 */
export type RowType<Row> = Readonly<Record<keyof Row, SqlValue>>;

/** Options of a call whose rows are objects: the default. */
export interface ObjectRows {
  /** The form of the rows. Default is `object`. */
  readonly rowMode?: 'object';
}

/** Options of a call whose rows are lists of values. */
export interface ArrayRows {
  /** The form of the rows. */
  readonly rowMode: 'array';
}

/** The rows of a query. */
export interface QueryResult<Row = LiveRow> {
  /**
   * The column names, in order. If rows are objects, these are their keys: a name that repeats an earlier one gets `:1`,
   * `:2` and so on behind it. If rows are lists, names may repeat.
   */
  readonly columns: readonly string[];
  /** The rows, each with a value for every column. */
  readonly rows: Row[];
}

/** The changes of a write. */
export interface Changes {
  /** Number of rows inserted, updated or deleted, not counting triggers and cascades. */
  readonly changes: number;
  /**
   * The rowid of the row inserted last, or null if no row was inserted. After INSERT, it has no meaning if the table is
   * WITHOUT ROWID, or if ON CONFLICT DO UPDATE only updated rows.
   */
  readonly lastInsertRowid: bigint | null;
}

/** The changes of a statement, and the rows of its RETURNING clause. */
export interface ExecuteResult<Row = LiveRow> extends QueryResult<Row>, Changes {}

/** The changes of a batch, in total and by statement. */
export interface BatchResult<Row = LiveRow> extends Changes {
  /** The result of each statement, in order. */
  readonly results: readonly ExecuteResult<Row>[];
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
  /** Milliseconds since the latest successful sync of this connection, or null if none has succeeded. */
  readonly lastSyncMsAgo: number | null;
  /**
   * The age of the replica's data: milliseconds since the latest successful sync began, also before a restart of the
   * program. Null without a replica.
   */
  readonly replicaAgeMs: number | null;
  /** How long calls took. Memory is fixed. */
  readonly latencies: LiveLatencies;
}

/** The latencies of a connection, in milliseconds, with waiting and retries. Failed calls are not counted. */
export interface LiveLatencies {
  /** Of {@link StatementCalls.query} outside of transactions. */
  readonly reads: LatencySummary;
  /** Of writes and commits, with the sync after each. */
  readonly writes: LatencySummary;
  /** Of syncs. */
  readonly syncs: LatencySummary;
}

/** Calls that run one statement. */
export interface StatementCalls {
  /**
   * Runs one read statement. Throws USAGE if it would write. Within a transaction, it sees the transaction's own writes.
   *
   * @example
   * ```ts
   * const { rows } = await live.query<{ id: bigint; name: string }>('SELECT id, name FROM contacts');
   * const names = rows.map(({ name }) => name);
   * ```
   */
  query<Row extends RowType<Row> = LiveRow>(
    sql: string,
    args?: LiveArguments,
    options?: ObjectRows,
  ): Promise<QueryResult<Row>>;
  /**
   * Runs one read statement, and returns rows as lists of values.
   *
   * @example
   * ```ts
   * const { rows } = await live.query<[bigint, string]>('SELECT id, name FROM contacts', [], { rowMode: 'array' });
   * const names = rows.map(([, name]) => name);
   * ```
   */
  query<Row extends readonly SqlValue[] = SqlValue[]>(
    sql: string,
    args: LiveArguments | undefined,
    options: ArrayRows,
  ): Promise<QueryResult<Row>>;
  /**
   * Runs one write statement, and returns the rows of its RETURNING clause. Never repeats it once it may have arrived,
   * but throws REMOTE_INTERRUPTED. If it fails within a transaction, the transaction stays open and keeps its other
   * statements.
   */
  execute<Row extends RowType<Row> = LiveRow>(
    sql: string,
    args?: LiveArguments,
    options?: ObjectRows,
  ): Promise<ExecuteResult<Row>>;
  /** Runs one write statement, and returns the rows of its RETURNING clause as lists of values. */
  execute<Row extends readonly SqlValue[] = SqlValue[]>(
    sql: string,
    args: LiveArguments | undefined,
    options: ArrayRows,
  ): Promise<ExecuteResult<Row>>;
}

/** Reads and writes of one transaction. */
export type TransactionScope = StatementCalls;

/** A write transaction on the primary, over several calls. */
export interface LiveTransaction extends StatementCalls {
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
export interface Live extends StatementCalls, AsyncDisposable {
  /** Runs all of the statements or none, in one transaction and one request. */
  batch(statements: readonly (string | LiveStatement)[], options?: ObjectRows): Promise<BatchResult>;
  /** Runs all of the statements or none, and returns their rows as lists of values. */
  batch(
    statements: readonly (string | LiveStatement)[],
    options: ArrayRows,
  ): Promise<BatchResult<SqlValue[]>>;
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
  /**
   * Sets the token for all requests from now on, also those of open transactions and syncs. Requests under way go on
   * with theirs. An empty token means none. Has no effect with `file:`. Throws REMOTE_UNAUTHORIZED for a token with
   * invalid characters, TOKEN_OVER_HTTP, USAGE and CONNECTION_CLOSED, and then keeps the old token.
   */
  setAuthToken(token: string): void;
  /**
   * Waits for running calls, rolls back open transactions, and releases connections and files. Ends a sync in the
   * background if it takes longer. Safe to call twice.
   */
  close(): Promise<void>;
}
