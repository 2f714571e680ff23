import type { Target, TransactOptions } from '../apply/target';
import type { Capabilities, Capability } from '../hrana/capabilities';
import type { Usage } from '../hrana/tally';
import type { Credentials } from '../hrana/credentials';
import type { Exclude } from '../sqlite/schema/exclude';
import type { LeftOutTable } from '../sqlite/schema/left-out';
import type { SetAside } from '../sqlite/schema/set-aside';
import type { Statement, TransactionOutcome } from '../sqlite/statement';

/** How far a snapshot has come; `unit` says of what. */
export interface SnapshotProgress {
  readonly done: number;
  /** The same unit's total, or null while it is not known. */
  readonly total: number | null;
  readonly unit: 'bytes' | 'rows';
}

/**
 * By which way a snapshot was taken. `pages`, `rows`: all of them were fetched; `backup`: a file was copied. `log`, `page-digests`: pages
 * that an earlier copy has were not fetched again, as the server's log told or digests. `sync`: the endpoints gave pages that libsql's own
 * client syncs by. `base`: nothing was, since the base has all of it.
 */
export type SnapshotMethod = 'pages' | 'rows' | 'backup' | 'log' | 'sync' | 'page-digests' | 'base';

/** An earlier copy of a remote, which a snapshot may start from. */
export interface SnapshotStart {
  /** A database file that nobody writes. */
  readonly file: string;
  /** A mark at which its pages were the remote's own; null if they may never have been. */
  readonly pagesAt: string | null;
  /** The CRC-32 of the file when it was found to be sound; absent if it was not noted. */
  readonly crc?: number | undefined;
  /** The mark of a remote that had all that came into it, except by one's own pushes. Default is null: it is not known. */
  readonly reached?: string | null;
}

/** What {@link Remote.snapshot} answers. */
export interface SnapshotTaken {
  readonly method: SnapshotMethod;
  /** What is on the remote and not in the copy, since plain SQLite cannot hold it. */
  readonly setAside: readonly SetAside[];
  /** Tables of other programs, and what is excluded, which are not in the copy either. */
  readonly leftOut: readonly LeftOutTable[];
  /** The CRC-32 of the copy if its pages are the remote's own, with nothing taken out of them; else null. */
  readonly crc: number | null;
  /** The start of the copy, if that still has its CRC-32: it is as sound as it was, and known in which pages the copy differs. */
  readonly soundStart?: string;
  /** The mark that the copy has. Default is any that was read before, if it is not one that may come late. */
  readonly at?: string;
}

/** What {@link Remote.snapshot} may be told. */
export interface SnapshotOptions {
  /** Called now and then while the snapshot grows. */
  readonly onProgress?: (progress: SnapshotProgress) => void;
  /** Take this way only. Default: the fastest that the remote serves. */
  readonly method?: SnapshotMethod;
  /** Names and patterns of tables and views to leave out, with all that belongs to them. Default is none. */
  readonly exclude?: Exclude;
  /** Earlier copies of the same remote, the best first: what they have need not be fetched. Default is none. */
  readonly starts?: readonly SnapshotStart[];
  /** Whether the latest writes of others may be missing, but none that an earlier copy has, and no push. Default is false. */
  readonly mayLag?: boolean;
}

/** What {@link Remote.fingerprint} may be told. */
export interface FingerprintOptions {
  /** Milliseconds for which a mark is good that the remote has told before. Default is 0: it is asked again. */
  readonly goodFor?: number;
  /**
   * Whether a mark will do that tells writes of others late: never trust it to guard a write. Pushes and changes of definitions show at once
   * all the same. Default is false.
   */
  readonly mayLag?: boolean;
  /** An earlier mark of the kind that may come late. It makes asking cheaper; a remote that is behind it has no mark. Default is none. */
  readonly known?: string | null | undefined;
}

/** How to connect. */
export type ConnectOptions = Credentials;

/**
 * The Turso side, as narrow as it gets: one consistent copy, one atomic change, consistent reads, and a mark that tells
 * whether anything has changed. Adapters: libsql-server over HTTP, and a local SQLite file (`file:`).
 * Every method throws a TursoSyncError whose code starts with `REMOTE_` where the remote is at fault.
 */
export interface Remote extends Target {
  /** Names what a large write uploads first. Note it, so that {@link clear} finds what is left of one that is cut off. */
  readonly upload?: string;

  /**
   * The id of the server's log, which another database does not have, nor the same one after a crash: as it was told last, which
   * is at each {@link fingerprint}. Null if this remote reports none. Throws REMOTE_UNREACHABLE.
   */
  logId(): Promise<string | null>;

  /**
   * A mark that differs after every committed write, and that is the same while nothing was written. Null when this
   * remote offers no such mark. Read it before {@link snapshot}: then a write in between can only make it look stale.
   */
  fingerprint(options?: FingerprintOptions): Promise<string | null>;

  /**
   * Writes a consistent copy of the whole database to `file`, which must not exist; partial files are the caller's. What
   * only libSQL knows is set aside.
   */
  snapshot(file: string, options?: SnapshotOptions): Promise<SnapshotTaken>;

  /**
   * About how many rows {@link snapshot} would read that starts from earlier copies, given that a few rows have changed. Null if it would
   * read them row by row, or reads a file.
   */
  snapshotReads(starts: readonly SnapshotStart[]): Promise<number | null>;

  /** As of a {@link Target}; each remote tells whether something was written since a mark. */
  transactSince(
    mark: string,
    statements: () => readonly Statement[] | null,
    options?: TransactOptions,
  ): Promise<TransactionOutcome | null>;

  /**
   * The same as {@link transact}, but all of it is taken back: `committed` says that it would have been. Large transactions
   * too are sent in one request.
   */
  tryOut(statements: readonly Statement[]): Promise<TransactionOutcome>;

  /**
   * As {@link transact}, for statements that remove what a push has left behind. What other pushes have left that are long dead is removed
   * too, after which the mark is null. Normally it is one request.
   */
  tidy(statements: readonly Statement[]): Promise<TransactionOutcome>;

  /** Removes the upload of that name, which a write that was cut off may have left behind. */
  clear(upload: string): Promise<void>;

  /**
   * What the server offers of what turso-sync can do without, as far as it is known by now; null if this remote is a file. With `ask`,
   * all that reading can find out is asked for, in one request.
   */
  capabilities(options?: { readonly ask?: boolean }): Promise<Capabilities | null>;

  /** Does work that needs a capability; null if this remote is known to lack it, or if work or the server's refusal tells so. */
  attempt<T>(capability: Capability, work: () => Promise<T | null>): Promise<T | null>;

  /**
   * What all requests of this connection have used so far, as the server counts it; also statements that were taken back. Null if
   * it does not tell. An answer that was lost is not in it.
   */
  usage(): Usage | null;

  /** Lets go of connections. Safe to call twice. */
  close(): Promise<void>;
}
