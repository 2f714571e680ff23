import type { RowBatch } from './sqlite/statement';
import type { Cost } from './plan/plan';
import type { LeftOutTable } from './sqlite/schema/left-out';

/** The steps of commands. A step may contain others, as `push` contains `upload` and `commit`. */
export type StepName =
  | 'connect'
  | 'copy the working copy'
  | 'compare'
  | 'compare checksums'
  | 'count'
  | 'estimate the cost'
  | 'download'
  | 'check'
  | 'examine the remote'
  | 'test the remote'
  | 'run the checks'
  | 'rehearse'
  | 'push'
  | 'try'
  | 'upload'
  | 'commit'
  | 'merge'
  | 'replay'
  | 'back up'
  | 'write the working copy'
  | 'restore the backup'
  | 'list the files'
  | 'remove the files'
  | 'write the changes'
  | 'write the records'
  | 'remove the receipt'
  | 'compare computed values'
  | 'finish the push'
  | 'finish the pull'
  | 'dump';

/** Progress of a step. */
export interface Progress {
  /** How much is done. */
  readonly done: number;
  /** The total in the same unit, or null while it is unknown. */
  readonly total: number | null;
  /** The unit of both numbers. */
  readonly unit: 'bytes' | 'rows' | 'checksums' | 'checks';
}

/** An event of a running command. The core itself prints nothing. */
export type CoreEvent =
  /** The first contact with the remote. The location has no credentials. */
  | { readonly type: 'connect'; readonly location: string }
  /** A step begins. */
  | { readonly type: 'begin'; readonly what: StepName }
  /** How far a step is. */
  | ({ readonly type: 'progress'; readonly what: StepName } & Progress)
  /** A step has ended. */
  | { readonly type: 'step'; readonly what: StepName; readonly milliseconds: number }
  /** A transaction is about to be sent. */
  | { readonly type: 'transaction'; readonly statements: number; readonly batches: readonly RowBatch[] }
  /** The estimated cost of a push, before it is sent. */
  | ({ readonly type: 'cost' } & Cost)
  /** The total usage of the connection as the server counts it. Missing if the server does not report it. */
  | { readonly type: 'used'; readonly rowsRead: number; readonly rowsWritten: number }
  /** Tables that are left out. */
  | { readonly type: 'left-out'; readonly of: 'remote' | 'local'; readonly tables: readonly LeftOutTable[] }
  /** A warning, in words. */
  | { readonly type: 'warning'; readonly message: string };

/** Receives the events of a command. */
export type OnEvent = (event: CoreEvent) => void;

/** What every verb may be told. */
export interface VerbOptions {
  /** Receives the events of the run, in order. An error that it throws ends the verb. Default is none. */
  readonly onEvent?: OnEvent | undefined;
  /**
   * Ends the verb: it throws ABORTED, with the reason of the signal as its `cause`. The remote, the base and the working
   * copy are then as before. The signal has no effect any more once a push has sent its COMMIT, or a pull writes the
   * working copy. The same is true once `doctor` tests in its table, or `clean` removes files. The verb then goes on,
   * and returns its result. Default is none.
   */
  readonly signal?: AbortSignal | undefined;
}

/** Runs one step of a command and reports its start, its progress and its duration. Progress ends at its total. */
export async function timed<T>(
  onEvent: OnEvent | undefined,
  what: StepName,
  work: (onProgress: (progress: Progress) => void) => T | Promise<T>,
): Promise<T> {
  const end = beginStep(onEvent, what);
  const tell = progressOf(onEvent, what);
  let last: Progress | undefined;
  const result = await work((progress) => tell((last = progress)));
  // Now the total is known.
  if (last?.total === null) tell({ ...last, total: last.done });
  end();
  return result;
}

/** Shortest time between two progress events of a step, in milliseconds. */
const INTERVAL = 50;

/** Returns a function to report the progress of a step. It reports at intervals, and once when the step is done. */
export function progressOf(onEvent: OnEvent | undefined, what: StepName): (progress: Progress) => void {
  let last = performance.now();
  return (progress) => {
    const now = performance.now();
    if (now - last < INTERVAL && progress.done !== progress.total) return;
    last = now;
    onEvent?.({ type: 'progress', what, ...progress });
  };
}

/** Reports the start of a step. Returns a function to report its end. */
export function beginStep(onEvent: OnEvent | undefined, what: StepName): () => void {
  onEvent?.({ type: 'begin', what });
  const start = performance.now();
  return () => onEvent?.({ type: 'step', what, milliseconds: Math.round(performance.now() - start) });
}
