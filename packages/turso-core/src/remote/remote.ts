import type { TokenUse } from './http/token-use';
import type { SetAside } from '../sqlite/schema/set-aside';
import type { Statement, TransactionOutcome } from '../sqlite/statement';
import type { SqlValue } from '../sqlite/values/values';

/**
 * Runs one query of a read transaction. Rows with values of users are asked for by an {@link exactProjection}.
 * Throws RESPONSE_TOO_LARGE where fewer rows would have to be asked for at once.
 */
export type Query = (sql: string, args?: readonly SqlValue[]) => Promise<SqlValue[][]>;

/** How far a snapshot has come; `unit` says of what. */
export interface SnapshotProgress {
  readonly done: number;
  /** The same unit's total, or null while it is not known. */
  readonly total: number | null;
  readonly unit: 'bytes' | 'rows';
}

/** By which way a snapshot was taken. */
export type SnapshotMethod = 'pages' | 'rows' | 'backup';

/** What {@link Remote.snapshot} answers. */
export interface SnapshotTaken {
  readonly method: SnapshotMethod;
  /** What is on the remote and not in the copy, since plain SQLite cannot hold it. */
  readonly setAside: readonly SetAside[];
}

/** What {@link Remote.snapshot} may be told. */
export interface SnapshotOptions {
  /** Called now and then while the snapshot grows. */
  readonly onProgress?: (progress: SnapshotProgress) => void;
  /** Take this way only. Default: the fastest that the remote serves. */
  readonly method?: SnapshotMethod;
}

/** What {@link Remote.read} may be told. */
export interface ReadOptions {
  /** Statements whose outcome is read, and nothing of which stays. One that fails is an error. Default is none. */
  readonly after?: readonly Statement[];
}

/** How to connect. */
export interface ConnectOptions extends TokenUse {
  /**
   * Tells who writes, such as the folder that only one process writes from at a time; by it {@link Remote.clear} finds
   * what is left of a write that was cut off. Default is that nobody finds it.
   */
  readonly owner?: string;
}

/**
 * The Turso side, as narrow as it gets: one consistent copy, one atomic change, consistent reads, and a mark that tells
 * whether anything has changed. Adapters: libsql-server over HTTP, and a local SQLite file (`file:`).
 * Every method throws a TursoSyncError whose code starts with `REMOTE_` where the remote is at fault.
 */
export interface Remote {
  /** The URL without credentials, for people. */
  readonly location: string;

  /** Bytes of the largest row that this remote takes; left out where there is no such limit. */
  readonly maxRowBytes?: number;

  /**
   * A mark that differs after every committed write, and that is the same while nothing was written. Null when this
   * remote offers no such mark. Read it before {@link snapshot}: then a write in between can only make it look stale.
   */
  fingerprint(): Promise<string | null>;

  /**
   * Writes a consistent copy of the whole database to `file`, which must not exist; partial files are the caller's. What
   * only libSQL knows is set aside.
   */
  snapshot(file: string, options?: SnapshotOptions): Promise<SnapshotTaken>;

  /**
   * Runs the statements in one write transaction with foreign keys not enforced: all of them are committed, or the
   * first that fails ends it and nothing is. Throws where it was not begun (unreachable, not allowed, busy), and where
   * it cannot be known whether it was committed.
   */
  transact(statements: readonly Statement[]): Promise<TransactionOutcome>;

  /**
   * The same as {@link transact}, on the condition that nothing at all was written since a mark; null, with nothing
   * written, where something was, or where that cannot be told. The statements are asked for once it seems so; null from
   * them ends it as well.
   */
  transactSince(
    mark: string,
    statements: () => readonly Statement[] | null,
  ): Promise<TransactionOutcome | null>;

  /**
   * Runs queries in one read transaction. With statements to run `after`, they see what these would make of the database,
   * in a write transaction that is rolled back.
   */
  read<T>(work: (query: Query) => Promise<T>, options?: ReadOptions): Promise<T>;

  /** Removes what a write of the same owner has left behind that was cut off. Never needed for a right result. */
  clear(): Promise<void>;

  /**
   * The same as {@link transact} with what a look at the remote comes to, while nobody else can write; null from `look` ends
   * it without a change. Left out where there are never so many writers that it takes this to get ahead.
   */
  transactAfter?(
    look: (query: Query) => Promise<readonly Statement[] | null>,
  ): Promise<TransactionOutcome | null>;

  /** Lets go of connections. Safe to call twice. */
  close(): Promise<void>;
}
