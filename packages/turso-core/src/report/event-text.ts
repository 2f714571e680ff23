import type { CoreEvent } from '../events';
import { count, formatBytes } from './units';
import { shown } from './shown';

/** A line about an event; `detail` lines are for those who ask for more. */
export interface EventLine {
  readonly level: 'info' | 'detail' | 'progress';
  readonly text: string;
}

/** An event as lines for people. */
export function describeEvent(event: CoreEvent): EventLine[] {
  switch (event.type) {
    case 'connect':
      return [{ level: 'info', text: `Connecting to ${shown(event.location)}` }];
    case 'snapshot':
      return [{ level: 'progress', text: `Snapshot: ${progress(event)}` }];
    case 'step':
      return [{ level: 'detail', text: `${event.what}: ${event.milliseconds} ms` }];
    // One warning at the end tells of all of them.
    case 'left-out':
      return [];
    case 'warning':
      return [{ level: 'info', text: shown(event.message) }];
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

function progress({ done, total, unit }: Extract<CoreEvent, { type: 'snapshot' }>): string {
  const amount = (n: number): string => (unit === 'bytes' ? formatBytes(n) : count(n, 'row'));
  if (total === null || total === 0) return amount(done);
  return `${amount(done)} of ${amount(total)} (${Math.floor((100 * done) / total)} %)`;
}
