import { TursoSyncError } from '../errors';
import { checkedStatement, refuseEndOfTransaction } from './check-arguments';
import type { DatabaseTransaction } from './database';
import type { Deadline } from './deadline';
import type { LiveArguments, LiveStatement, LiveTransaction } from './live';

/**
 * A transaction as users have it, on one that was begun.
 *
 * @param call - runs one call of the connection.
 * @param onCommit - told how many rows were changed, when they are on the primary.
 */
export function liveTransaction(
  begun: DatabaseTransaction,
  call: <T>(work: (deadline: Deadline) => Promise<T>) => Promise<T>,
  onCommit: (changes: number, deadline: Deadline) => Promise<void>,
): LiveTransaction {
  let isOver = false;
  let changes = 0;

  function within<T>(work: (deadline: Deadline) => Promise<T>): Promise<T> {
    return call(async (deadline) => {
      if (isOver) throw over();
      return work(deadline);
    });
  }

  function statementOf(sql: string, args: LiveArguments | undefined): LiveStatement {
    const statement = checkedStatement(sql, args);
    refuseEndOfTransaction(sql);
    return statement;
  }

  return {
    query: (sql, args) => within(async (deadline) => begun.query(statementOf(sql, args), deadline)),
    execute: (sql, args) =>
      within(async (deadline) => {
        const result = await begun.execute(statementOf(sql, args), deadline);
        changes += result.changes;
        return result;
      }),
    commit: () =>
      within(async (deadline) => {
        isOver = true;
        await begun.commit(deadline);
        await onCommit(changes, deadline);
      }),
    async rollback() {
      if (isOver) return;
      isOver = true;
      await call((deadline) => begun.rollback(deadline));
    },
  };
}

function over(): TursoSyncError {
  return new TursoSyncError('CONNECTION_CLOSED', 'The transaction has been committed or rolled back.', {
    hint: 'Begin another.',
  });
}
