import type { Target, TransactOptions } from '../apply/target';
import type { Capabilities, Capability } from '../hrana/capabilities';
import type { Usage } from '../hrana/tally';
import type { Credentials } from '../hrana/credentials';
import type { Exclude } from '../sqlite/schema/exclude';
import type { LeftOutTable } from '../sqlite/schema/left-out';
import type { SetAside } from '../sqlite/schema/set-aside';
import type { Statement, TransactionOutcome } from '../sqlite/statement';

/** The progress of a snapshot, in units of `unit`. */
export interface SnapshotProgress {
  readonly done: number;
  /** The total in the same unit, or null if unknown. */
  readonly total: number | null;
  readonly unit: 'bytes' | 'rows';
}

/**
 * The method of a snapshot:
 *
 * - `pages`, `rows`: all pages or rows were fetched.
 * - `backup`: a file was copied.
 * - `log`, `page-digests`: only pages missing from an earlier copy were fetched, according to the server's log or
 *   digests.
 * - `sync`: pages came from the endpoints of libsql's own client.
 * - `base`: nothing was fetched, because the base has everything.
 */
export type SnapshotMethod = 'pages' | 'rows' | 'backup' | 'log' | 'sync' | 'page-digests' | 'base';

/** An earlier copy of a remote, as a possible start of a snapshot. */
export interface SnapshotStart {
  /** A database file without writers. */
  readonly file: string;
  /** The fingerprint at which the file had the remote's own pages; null if it may never have had them. */
  readonly pagesAt: string | null;
  /** The CRC-32 of the file when it was found to be sound. Absent if it was not stored. */
  readonly crc?: number | undefined;
  /**
   * A fingerprint of the remote from a time when it had all of this copy, except for own pushes. Default is null:
   * unknown.
   */
  readonly reached?: string | null;
}

/** The result of {@link Remote.snapshot}. */
export interface SnapshotTaken {
  readonly method: SnapshotMethod;
  /** Objects of the remote omitted from the copy, because plain SQLite cannot hold them. */
  readonly setAside: readonly SetAside[];
  /** Tables of other programs, and excluded tables. The copy omits them as well. */
  readonly leftOut: readonly LeftOutTable[];
  /** The CRC-32 of the copy if it has exactly the remote's own pages; otherwise null. */
  readonly crc: number | null;
  /**
   * The start of the copy, if it still has its CRC-32. It is then still sound, and the pages with differences are
   * known.
   */
  readonly soundStart?: string;
  /** The copy's fingerprint. Default is any fingerprint read earlier, unless it may lag. */
  readonly at?: string;
}

/** Options of {@link Remote.snapshot}. */
export interface SnapshotOptions {
  /** Called from time to time while the snapshot grows. */
  readonly onProgress?: (progress: SnapshotProgress) => void;
  /** Use only this method. Default is the fastest method available. */
  readonly method?: SnapshotMethod;
  /** Names and patterns of tables and views to omit, with everything belonging to them. Default is none. */
  readonly exclude?: Exclude;
  /** Earlier copies of the same remote, best first. Their content need not be fetched. Default is none. */
  readonly starts?: readonly SnapshotStart[];
  /**
   * Whether the copy may miss the latest writes of others. It never misses a push or a write in an earlier copy.
   * Default is false.
   */
  readonly mayLag?: boolean;
}

/** Options of {@link Remote.fingerprint}. */
export interface FingerprintOptions {
  /** Maximum age of a known fingerprint in milliseconds. Default is 0: ask again. */
  readonly goodFor?: number;
  /**
   * Whether the fingerprint may show writes of others late. Never use such a fingerprint to guard a write. It still
   * shows pushes and changes of definitions at once. Default is false.
   */
  readonly mayLag?: boolean;
  /**
   * An earlier fingerprint of the kind that may lag. It makes the request cheaper. If the remote is behind it, the
   * result is null. Default is none.
   */
  readonly known?: string | null | undefined;
}

/** Options of a connection to a remote. */
export interface ConnectOptions extends Credentials {
  /** Ends requests under way, with its reason. Default is none. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The remote's side, as a minimal interface: one consistent copy, one atomic change, consistent reads, and a
 * fingerprint to detect changes. Adapters: libsql-server over HTTP, and a local SQLite file (`file:`). Every method
 * throws a TursoSyncError. Its code starts with `REMOTE_` if the remote is at fault.
 */
export interface Remote extends Target {
  /**
   * The name for the upload of a large write. Store it, so {@link clear} can find the remains of an interrupted upload.
   */
  readonly upload?: string;

  /**
   * Returns the id of the server's log, as of the last answer; each {@link fingerprint} updates it. Another database
   * has another id, and so has the same one after a crash. Returns null if this remote reports none. Throws
   * REMOTE_UNREACHABLE.
   */
  logId(): Promise<string | null>;

  /**
   * Returns a fingerprint of the remote's state. It changes with every committed write. Rarely it changes without one,
   * for example when a server restarts. Returns null if this remote offers none. Read it before {@link snapshot}: a
   * write in between can then only make the snapshot look stale.
   */
  fingerprint(options?: FingerprintOptions): Promise<string | null>;

  /**
   * Writes a consistent copy of the whole database to `file`, which must not exist. The caller handles partial files.
   * Objects known only to libSQL are set aside.
   */
  snapshot(file: string, options?: SnapshotOptions): Promise<SnapshotTaken>;

  /**
   * Estimates the number of rows read by a {@link snapshot} from earlier copies, if a few rows have changed. Returns
   * null if it would copy row by row, or from a file.
   */
  snapshotReads(starts: readonly SnapshotStart[]): Promise<number | null>;

  /** Works as in {@link Target}. Each remote can detect writes since a fingerprint. */
  transactSince(
    fingerprint: string,
    statements: () => readonly Statement[] | null,
    options?: TransactOptions,
  ): Promise<TransactionOutcome | null>;

  /**
   * Works like {@link transact}, but rolls everything back. `committed` means that it would have committed. Even large
   * transactions use one request.
   */
  tryOut(statements: readonly Statement[]): Promise<TransactionOutcome>;

  /**
   * Works like {@link transact}, for statements to remove the remains of a push. Also removes remains of other pushes
   * that died long ago; the fingerprint is then null. Normally needs one request.
   */
  tidy(statements: readonly Statement[]): Promise<TransactionOutcome>;

  /** Removes the upload with this name, possibly left by an interrupted write. */
  clear(upload: string): Promise<void>;

  /**
   * Returns the known optional capabilities of the server, or null if this remote is a file. With `ask`, it queries all
   * capabilities that reading can detect, in one request.
   */
  capabilities(options?: { readonly ask?: boolean }): Promise<Capabilities | null>;

  /**
   * Does work with a required capability. Returns null if this remote is known to lack it, or if the work or the
   * server's refusal reveals this.
   */
  attempt<T>(capability: Capability, work: () => Promise<T | null>): Promise<T | null>;

  /**
   * Returns the total usage by all requests of this connection, as counted by the server. Includes rolled-back
   * statements, but no lost answers. Returns null if the server does not report usage.
   */
  usage(): Usage | null;

  /** Releases connections. Safe to call twice. */
  close(): Promise<void>;
}
