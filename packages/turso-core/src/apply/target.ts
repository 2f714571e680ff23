import type { Query } from '../sqlite/query';
import type { Statement, TransactionOutcome } from '../sqlite/statement';

/** What {@link Target.read} may be told. */
export interface ReadOptions {
  /** Statements whose outcome is read, and nothing of which stays. One that fails is an error. Default is none. */
  readonly after?: readonly Statement[];
}

/** What {@link Target.transact} may be told. */
export interface TransactOptions {
  /** Told of each statement that has been sent, or run, by its number. Some, such as those without rows, may go untold. */
  readonly onSent?: ((statement: number) => void) | undefined;
}

/** Where a changeset is put: a database that takes one atomic change, and answers consistent reads. */
export interface Target {
  /** Its name for people: a URL without credentials, or a file. */
  readonly location: string;

  /** Bytes of the largest row that it takes; left out where there is no such limit. */
  readonly maxRowBytes?: number;

  /**
   * Runs the statements in one write transaction with foreign keys not enforced: all of them are committed, or the
   * first that fails ends it and nothing is. Throws where it was not begun (unreachable, not allowed, busy), and where
   * it cannot be known whether it was committed.
   */
  transact(statements: readonly Statement[], options?: TransactOptions): Promise<TransactionOutcome>;

  /**
   * Runs queries in one read transaction. With statements to run `after`, they see what these would make of the database,
   * in a write transaction that is rolled back.
   */
  read<T>(work: (query: Query) => Promise<T>, options?: ReadOptions): Promise<T>;

  /**
   * The same as {@link transact}, on the condition that nothing at all was written since a mark; null, with nothing
   * written, where something was, or where that cannot be told. The statements are asked for once it seems so; null from
   * them ends it as well.
   */
  transactSince?(
    mark: string,
    statements: () => readonly Statement[] | null,
    options?: TransactOptions,
  ): Promise<TransactionOutcome | null>;

  /**
   * The same as {@link transact} with what a look at the target comes to, while nobody else can write; null from `look` ends
   * it without a change. Left out where there are never so many writers that it takes this to get ahead.
   */
  transactAfter?(
    look: (query: Query) => Promise<readonly Statement[] | null>,
  ): Promise<TransactionOutcome | null>;
}
