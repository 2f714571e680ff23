import type { RowBatch } from './sqlite/statement';
import type { SnapshotProgress } from './remote/remote';
import type { LeftOutTable } from './sqlite/schema/left-out';

/** What a command tells while it runs. The core prints nothing itself. */
export type CoreEvent =
  | { readonly type: 'connect'; readonly location: string }
  | ({ readonly type: 'snapshot' } & SnapshotProgress)
  | { readonly type: 'step'; readonly what: string; readonly milliseconds: number }
  | { readonly type: 'transaction'; readonly statements: number; readonly batches: readonly RowBatch[] }
  | { readonly type: 'left-out'; readonly tables: readonly LeftOutTable[] }
  | { readonly type: 'warning'; readonly message: string };

/** Receives the events of a command. */
export type OnEvent = (event: CoreEvent) => void;

/** Runs one step of a command and tells how long it took. */
export async function timed<T>(
  onEvent: OnEvent | undefined,
  what: string,
  work: () => T | Promise<T>,
): Promise<T> {
  const start = performance.now();
  const result = await work();
  onEvent?.({ type: 'step', what, milliseconds: Math.round(performance.now() - start) });
  return result;
}
