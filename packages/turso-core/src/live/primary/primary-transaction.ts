import { hasCode } from '../../errors';
import { chain, stepsIn } from '../../hrana/chain';
import { describing, readSigned, signStep } from '../../hrana/exact-answer';
import { queryExactly, type Asking } from '../../hrana/exact-query';
import type { HranaRequest, HranaStep, StatementResult } from '../../hrana/hrana';
import { inTransaction } from '../../hrana/in-transaction';
import { hasUnknownStatus, isUntouched } from '../../hrana/outcome';
import { CLOSE, type HranaStream } from '../../hrana/stream';
import type { DatabaseTransaction } from '../database';
import type { Deadline } from '../deadline';
import type { RefuseWrites } from '../read-only';
import {
  describeEnded,
  describeLost,
  describeWrite,
  endedByServer,
  serverError,
  stepResult,
} from './primary-errors';
import { sentStatement } from './sent-statement';

/**
 * Begins a write transaction on its own stream. A server may give the lock to another writer, or end an idle stream.
 * Later statements on the stream would then commit at once. So every statement runs only while the transaction is open.
 */
export async function beginTransaction(
  stream: HranaStream,
  location: string,
  refuseWrites: RefuseWrites,
  deadline: Deadline,
): Promise<DatabaseTransaction> {
  async function run(
    steps: readonly HranaStep[],
    within: Deadline,
    after: readonly HranaRequest[] = [],
  ): Promise<StatementResult> {
    if (!stream.isOpen) throw endedByServer(location);
    const [result] = await stream.send([{ type: 'batch', steps }, ...after], { timeout: within.left });
    if (result?.type === 'error') throw serverError(result.error, location);
    const results = stepsIn(result, location);
    const [guards, last] = [results.slice(0, steps.length - 1), results[steps.length - 1]];
    // If a guard fails, the transaction is over.
    if (guards.some((step) => step === null || 'error' in step)) throw endedByServer(location);
    return stepResult(last, location);
  }

  async function runOpen(
    step: HranaStep,
    within: Deadline,
    after: readonly HranaRequest[] = [],
  ): Promise<StatementResult> {
    try {
      return await describeEnded('Nothing of the transaction was written.', () =>
        run(whileOpen(step), within, after),
      );
    } catch (error) {
      throw isEnd(error) ? endedByServer(location, error) : error;
    }
  }

  async function begin(): Promise<(step: HranaStep) => HranaStep[]> {
    await run([{ sql: 'BEGIN IMMEDIATE' }], deadline);
    if (stream.knowsAutocommit) return (step) => [{ ...step, condition: IS_OPEN }];
    const { rows } = await run([{ sql: 'SELECT foreign_keys FROM pragma_foreign_keys' }], deadline);
    return onlyWhileOpen(rows[0]?.[0] === 1n);
  }

  const whileOpen = await begin();
  return {
    query: (statement, within) =>
      describeLost(async () => {
        await refuseWrites(statement.sql, within);
        const asking: Asking = {
          run: (step) => runOpen(step, within),
          async columnsOf(sql) {
            // A failed answer also ends the stream.
            if (!stream.isOpen) return [];
            const [result] = await stream.send([{ type: 'describe', sql }], { timeout: within.left });
            return result?.type === 'describe' ? result.columns : [];
          },
        };
        const { step, restore } = sentStatement(statement);
        return restore(await queryExactly(asking, step));
      }),
    execute: (statement, within) =>
      describeLost(async () => {
        const { step, restore } = sentStatement(statement);
        const signed = await signStep(step, {
          tellsInfinities: async () => stream.tellsInfinities,
          describe: (sqls) => stream.send(sqls.map(describing), { timeout: within.left }),
        });
        return restore(readSigned(await runOpen(signed.step, within), signed, location));
      }),
    // Closing the stream rolls back the rest after a failed COMMIT.
    commit: (within) =>
      describeWrite(location, async () => {
        await runOpen({ sql: 'COMMIT' }, within, [CLOSE]);
      }),
    async rollback(within) {
      if (!stream.isOpen) return;
      // If this request is lost, the server closes the stream by itself and so rolls back.
      await stream.send([CLOSE], { timeout: within.left }).catch(() => undefined);
    },
  };
}

const IS_OPEN = { type: 'not', cond: { type: 'is_autocommit' } } as const;

/** Puts guards before a step. */
function onlyWhileOpen(isEnforced: boolean): (step: HranaStep) => HranaStep[] {
  return (step) => chain([...inTransaction(isEnforced), step]);
}

// Covers an expired stream, another writer with the lock, and a restarted server to which the stream is unknown.
function isEnd(error: unknown): boolean {
  return (hasUnknownStatus(error) || hasCode(error, 'REMOTE_BUSY')) && !isUntouched(error);
}
