import type { RowBatch } from './sqlite/statement';
import type { Cost } from './plan/plan';
import type { LeftOutTable } from './sqlite/schema/left-out';

/** The steps that commands consist of. A step may have others inside, as `push` has `upload` and `commit`. */
export type StepName =
  | 'connect'
  | 'copy the working copy'
  | 'compare'
  | 'compare checksums'
  | 'count'
  | 'estimate the cost'
  | 'download'
  | 'check'
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
  | 'write the changes'
  | 'write the records'
  | 'remove the receipt'
  | 'compare computed values'
  | 'finish the push'
  | 'finish the pull'
  | 'dump';

/** How far a step has come. */
export interface Progress {
  readonly done: number;
  /** The same unit's total, or null while it is not known. */
  readonly total: number | null;
  readonly unit: 'bytes' | 'rows' | 'checksums';
}

/** What a command tells while it runs. The core prints nothing itself. */
export type CoreEvent =
  | { readonly type: 'connect'; readonly location: string }
  | { readonly type: 'begin'; readonly what: StepName }
  | ({ readonly type: 'progress'; readonly what: StepName } & Progress)
  | { readonly type: 'step'; readonly what: StepName; readonly milliseconds: number }
  | { readonly type: 'transaction'; readonly statements: number; readonly batches: readonly RowBatch[] }
  /** What a push is estimated to cost, before it is sent. */
  | ({ readonly type: 'cost' } & Cost)
  /** What the connection has used in the end, as the server counts it; not told if it does not. */
  | { readonly type: 'used'; readonly rowsRead: number; readonly rowsWritten: number }
  | { readonly type: 'left-out'; readonly of: 'remote' | 'local'; readonly tables: readonly LeftOutTable[] }
  | { readonly type: 'warning'; readonly message: string };

/** Receives the events of a command. */
export type OnEvent = (event: CoreEvent) => void;

/** Runs one step of a command and tells when it begins, how far it has come, and how long it took. */
export async function timed<T>(
  onEvent: OnEvent | undefined,
  what: StepName,
  work: (onProgress: (progress: Progress) => void) => T | Promise<T>,
): Promise<T> {
  const end = beginStep(onEvent, what);
  const result = await work(progressOf(onEvent, what));
  end();
  return result;
}

/** Shortest time between two events about the progress of a step, in milliseconds. */
const INTERVAL = 50;

/** Tells how far a step has come: now and then, and when it is done. */
export function progressOf(onEvent: OnEvent | undefined, what: StepName): (progress: Progress) => void {
  let last = performance.now();
  return (progress) => {
    const now = performance.now();
    if (now - last < INTERVAL && progress.done !== progress.total) return;
    last = now;
    onEvent?.({ type: 'progress', what, ...progress });
  };
}

/** Tells that a step begins. Returns what tells that it has ended. */
export function beginStep(onEvent: OnEvent | undefined, what: StepName): () => void {
  onEvent?.({ type: 'begin', what });
  const start = performance.now();
  return () => onEvent?.({ type: 'step', what, milliseconds: Math.round(performance.now() - start) });
}
