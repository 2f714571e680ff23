import path from 'node:path';
import { startChild } from '../end-with-parent';
import { TursoSyncError } from '../errors';
import type { Progress } from '../events';
import type { Check, CheckAnswer, CheckResult } from './check';

/** The program of the process. It is beside this module, or beside the bundle. */
const PROGRAM = path.join(__dirname, 'check-process.js');

/**
 * Runs checks on a database file, read-only, and reports how many are done. Each check may take `seconds`. Throws
 * CHECK_TIMEOUT for a slower one, and CHECK_INVALID for one that is not a single query or cannot run.
 */
export async function runChecks(
  database: string,
  checks: readonly Check[],
  {
    seconds,
    onProgress,
  }: {
    readonly seconds: number;
    readonly onProgress?: (progress: Progress) => void;
  },
): Promise<CheckResult[]> {
  if (checks.length === 0) return [];
  const child = startChild(PROGRAM, { stdio: 'ignore', serialization: 'advanced' });
  const results: CheckResult[] = [];
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      const expectNext = (): void => {
        clearTimeout(timer);
        const next = checks[results.length];
        if (next === undefined) resolve();
        else timer = setTimeout(() => reject(tooSlow(next, seconds)), seconds * 1000);
      };
      child.on('message', (answer: CheckAnswer) => {
        if ('refused' in answer) reject(invalid(answer.name, answer.refused));
        else results.push(answer);
        try {
          onProgress?.({ done: results.length, total: checks.length, unit: 'checks' });
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
        expectNext();
      });
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        const name = checks[results.length]?.name ?? '';
        reject(invalid(name, `the process that ran it ended (${signal ?? `exit code ${code}`})`));
      });
      child.send({ database, checks });
      expectNext();
    });
    return results;
  } finally {
    clearTimeout(timer);
    child.removeAllListeners();
    child.kill('SIGKILL');
  }
}

function invalid(name: string, reason: string): TursoSyncError {
  return new TursoSyncError('CHECK_INVALID', `The check ${name} cannot be run: ${reason}.`, {
    hint: 'A check is one query that reads only, and returns a row for each thing that is wrong. Nothing was sent.',
  });
}

function tooSlow({ name }: Check, seconds: number): TursoSyncError {
  return new TursoSyncError(
    'CHECK_TIMEOUT',
    `The check ${name} did not end within ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`,
    {
      hint: 'Make the query faster, for example by an index, or set "checkSeconds" in the config. Nothing was sent.',
    },
  );
}
