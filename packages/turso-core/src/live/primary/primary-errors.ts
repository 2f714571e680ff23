import { reworded, TursoSyncError } from '../../errors';
import type { ServerError, StatementResult, StepResult } from '../../hrana/hrana';
import { notLibsql, responseError } from '../../hrana/http-errors';
import { notText } from '../../hrana/exact-answer';
import { isNotText } from '../../hrana/exact-query';
import { mayBeDone } from '../../hrana/outcome';
import { constraintFailed, sqlFailed, valueTooLarge, wrongParameters } from '../statement-errors';

/** Returns the result of a step with no condition that may stop it, or throws its error as a TursoSyncError. */
export function doneResult(step: StepResult | undefined, location: string): StatementResult {
  if (step === null || step === undefined) throw notLibsql(location, 'it leaves out a statement');
  return stepResult(step, location);
}

/** Returns the result of a step of an open transaction, or throws its error as a TursoSyncError. */
export function stepResult(step: StepResult | undefined, location: string): StatementResult {
  if (step === null || step === undefined) throw endedByServer(location);
  if ('error' in step) throw serverError(step.error, location);
  return step;
}

/** Returns the server's error about a statement as a TursoSyncError. */
export function serverError({ code, message }: ServerError, location: string): TursoSyncError {
  const text = message.replace(/^SQLite error: /, '');
  if (code.startsWith('SQLITE_CONSTRAINT')) return constraintFailed(text);
  if (code === 'SQLITE_TOOBIG' || text.includes('too big')) return valueTooLarge(text);
  if (code.startsWith('ARGS_')) return wrongParameters(text);
  if (/^(?:SQL_|SQLITE_(?:UNKNOWN|ERROR|MISMATCH|RANGE))/.test(code) && !code.startsWith('SQL_AUTH'))
    return sqlFailed(text);
  return responseError(code, text, location);
}

/** Creates the error for a transaction ended by the server. Servers do not tell why. */
export function endedByServer(location: string, cause?: unknown): TursoSyncError {
  return new TursoSyncError(
    'REMOTE_BUSY',
    `${location} has ended the transaction, and nothing of it was written.`,
    {
      hint: 'Perhaps it was idle for some seconds, kept another writer waiting, or the server was restarted. Run all of it again.',
      retryable: true,
      cause,
    },
  );
}

/**
 * Performs a write once. If its answer is lost or unreadable although the write may have arrived, throws a special
 * error. Nothing repeats the write after this error.
 */
export async function describeWrite<T>(location: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    throw mayBeDone(error) ? undecided(error, location) : error;
  }
}

/** Performs a statement that commits at once. If the server cannot send its rows, it was carried out. */
export async function describeStatement<T>(location: string, write: () => Promise<T>): Promise<T> {
  return describeWrite(location, async () => {
    try {
      return await write();
    } catch (error) {
      throw isNotText(error) ? notText(location, error) : error;
    }
  });
}

/** Performs work of a transaction. A server that cannot send its rows ends the transaction. */
export async function describeEnded<T>(outcome: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isNotText(error)) throw error;
    throw new TursoSyncError('REMOTE_FAILED', error.message, {
      hint: `${outcome} Text that is not UTF-8 cannot be sent: read CAST(column AS BLOB), also behind RETURNING.`,
      cause: error,
    });
  }
}

/** Performs work of a transaction that is not its commit. If an answer is lost, nothing of the transaction was written. */
export async function describeLost<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!mayBeDone(error)) throw error;
    const next = error.retryable ? 'Run all of it again.' : (error.hint ?? '');
    throw reworded(error, { hint: `Nothing of the transaction was written. ${next}` });
  }
}

function undecided(cause: TursoSyncError, location: string): TursoSyncError {
  return new TursoSyncError(
    'REMOTE_INTERRUPTED',
    `The answer of ${location} to a write was lost or is unreadable: it may be there, or not. ${cause.message}`,
    { hint: 'Look whether it is there before you write it again.', cause },
  );
}
