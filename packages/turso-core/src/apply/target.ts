import type { Query } from '../sqlite/query';
import type { Statement, TransactionOutcome } from '../sqlite/statement';

/** Options of {@link Target.read}. */
export interface ReadOptions {
  /** Statements to run before the read, and to roll back after it. If one fails, the read fails. Default is none. */
  readonly after?: readonly Statement[];
}

/** Options of {@link Target.transact}. */
export interface TransactOptions {
  /** Called with the number of each statement sent or run, once. Some may be skipped, for example those without rows. */
  readonly onSent?: ((statement: number) => void) | undefined;
  /**
   * Called before the part with the COMMIT is sent, also when it is sent again. From then on, the statements may be
   * committed. If it throws, they are not.
   */
  readonly onCommit?: (() => void) | undefined;
}

/** The destination of a changeset: a database with atomic writes and consistent reads. */
export interface Target {
  /** Its name for people: a URL without credentials, or a file. */
  readonly location: string;

  /** The size limit of its rows, in bytes; left out if there is none. */
  readonly maxRowBytes?: number;

  /**
   * Runs the statements in one write transaction, without enforcing foreign keys. Either all of them are committed, or
   * the first failure ends it and nothing is. Throws if it did not begin (unreachable, not allowed, busy), and if
   * nobody can know whether it was committed.
   */
  transact(statements: readonly Statement[], options?: TransactOptions): Promise<TransactionOutcome>;

  /**
   * Runs queries in one read transaction. With statements to run `after`, the queries see their effect, in a write
   * transaction that is rolled back.
   */
  read<T>(work: (query: Query) => Promise<T>, options?: ReadOptions): Promise<T>;

  /**
   * Acts as {@link transact} if nothing at all was written since a fingerprint. Returns null, with nothing written, if
   * something was, or if nobody can tell. It asks for the statements once nothing seems written; null from them also
   * ends it.
   */
  transactSince?(
    fingerprint: string,
    statements: () => readonly Statement[] | null,
    options?: TransactOptions,
  ): Promise<TransactionOutcome | null>;

  /**
   * Reads the target, then acts as {@link transact} with the statements from `look`, while nobody else can write. If
   * `look` returns null, it ends without a change. Left out for targets that never have so many writers.
   */
  transactAfter?(
    look: (query: Query) => Promise<readonly Statement[] | null>,
  ): Promise<TransactionOutcome | null>;
}
