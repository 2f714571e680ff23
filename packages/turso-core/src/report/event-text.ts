import type { CoreEvent, Progress } from '../events';
import { costLines, rowsText } from './cost-text';
import { count, formatBytes } from './units';
import { shown } from './shown';

/** A line about an event. Lines with `detail` are for verbose output. */
export interface EventLine {
  /** Whether everybody wants to read it. */
  readonly level: 'info' | 'detail' | 'progress';
  /** The line. */
  readonly text: string;
}

/** Returns an event as lines for people. */
export function describeEvent(event: CoreEvent): EventLine[] {
  switch (event.type) {
    case 'connect':
      return [{ level: 'info', text: `Connecting to ${shown(event.location)}` }];
    case 'progress':
      return [{ level: 'progress', text: `${capitalized(event.what)}: ${describeProgress(event)}` }];
    case 'step':
      return [{ level: 'detail', text: `${event.what}: ${event.milliseconds} ms` }];
    case 'begin':
      return [];
    // One warning at the end covers all of them.
    case 'left-out':
      return [];
    case 'warning':
      return [{ level: 'info', text: shown(event.message) }];
    case 'cost':
      return costLines(event).map((text) => ({ level: 'info', text }));
    case 'used':
      return [{ level: 'detail', text: `Used: ${rowsText(event)}` }];
    case 'transaction':
      return [
        { level: 'detail', text: `Transaction of ${count(event.statements, 'statement')}` },
        ...event.batches.map((b) => ({
          level: 'detail' as const,
          text: `  ${b.kind.toUpperCase()} ${shown(b.table)} ${count(b.rows, 'row')}`,
        })),
      ];
  }
}

/** Returns the progress of a step, such as `12 of 40 rows (30 %)`. */
export function describeProgress({ done, total, unit }: Progress): string {
  if (total === null || total === 0) return amountOf(done, unit);
  const of = unit === 'bytes' ? formatBytes(done) : done;
  return `${of} of ${amountOf(total, unit)} (${Math.floor((100 * done) / total)} %)`;
}

/** Returns an amount in a unit of progress. */
export function amountOf(amount: number, unit: Progress['unit']): string {
  return unit === 'bytes' ? formatBytes(amount) : count(amount, unit.slice(0, -1));
}

/** Returns the name of a step for the start of a line. */
export function capitalized(what: string): string {
  return `${what.charAt(0).toUpperCase()}${what.slice(1)}`;
}
