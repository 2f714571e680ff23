import { TursoSyncError } from '../errors';
import { checkedStatement, refuseEndOfTransaction } from './check-arguments';
import type { DatabaseTransaction, OrderedStatement } from './database';
import type { Deadline } from './deadline';
import type { LiveArguments, LiveTransaction, TransactionScope } from './live';
import { statementCalls } from './statement-calls';

/** The parts of a connection needed by a transaction. */
export interface TransactionHost {
  /** Runs one call. */
  readonly call: <T>(work: (deadline: Deadline) => Promise<T>) => Promise<T>;
  /** Runs one call with statements, and notes how long it took as one of a kind, if there is one. */
  readonly timed: <T>(
    kind: 'writes' | null,
    sqls: () => readonly string[],
    work: () => Promise<T>,
  ) => Promise<T>;
  /** Receives the number of changed rows once they are on the primary. */
  readonly onCommit: (changes: number, deadline: Deadline) => Promise<void>;
  /** Called when there is nothing left to roll back. */
  readonly onEnd: () => void;
}

/** A transaction for users: its statements, and its end. */
export interface WrappedTransaction extends Pick<LiveTransaction, 'commit' | 'rollback'> {
  readonly scope: TransactionScope;
}

/** Wraps a transaction of the database for users. */
export function liveTransaction(
  begun: DatabaseTransaction,
  { call, timed, onCommit, onEnd }: TransactionHost,
): WrappedTransaction {
  let isOver = false;
  let changes = 0;

  let latest: Promise<unknown> = Promise.resolve();

  /** Runs calls one after the other, in order. */
  function within<T>(work: (deadline: Deadline) => Promise<T>): Promise<T> {
    const before = latest;
    const made = call(async (deadline) => {
      await before;
      if (isOver) throw over();
      return work(deadline);
    });
    latest = made.catch(() => undefined);
    return made;
  }

  function statementOf(sql: string, args: LiveArguments | undefined): OrderedStatement {
    const statement = checkedStatement(sql, args);
    refuseEndOfTransaction(sql);
    return statement;
  }

  const scope = statementCalls({
    query: (sql, args) =>
      within(async (deadline) => {
        const statement = statementOf(sql, args);
        return timed(
          null,
          () => [sql],
          () => begun.query(statement, deadline),
        );
      }),
    execute: (sql, args) =>
      within(async (deadline) => {
        const statement = statementOf(sql, args);
        const result = await timed(
          null,
          () => [sql],
          () => begun.execute(statement, deadline),
        );
        changes += result.changes;
        return result;
      }),
  });

  return {
    scope,
    commit: () =>
      within(async (deadline) => {
        isOver = true;
        await timed(
          'writes',
          () => ['COMMIT'],
          async () => {
            await begun.commit(deadline).finally(onEnd);
            await onCommit(changes, deadline);
          },
        );
      }),
    async rollback() {
      await latest;
      if (isOver) return;
      isOver = true;
      await call((deadline) => begun.rollback(deadline).finally(onEnd));
    },
  };
}

function over(): TursoSyncError {
  return new TursoSyncError('CONNECTION_CLOSED', 'The transaction has been committed or rolled back.', {
    hint: 'Begin another.',
  });
}
