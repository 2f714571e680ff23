import type { VerbResult } from '../commands/verb-result';
import type { Cost } from '../plan/plan';
import { count, thousands } from './units';

/** Returns a cost for people: `32 rows read, 1 row written`, after `about` or `at most` if it was not counted. */
export function costText(cost: Cost): string {
  return `${CERTAINTIES[cost.certainty]}${rowsText(cost)}`;
}

const CERTAINTIES = { measured: '', 'at-most': 'at most ', about: 'about ' } as const;

/** Returns the estimated cost of a push as one line, or no line if there is no estimate. */
export function costLines(cost: Cost | null, of = 'Cost'): string[] {
  return cost === null ? [] : [`${of}: ${costText(cost)}, as libSQL bills them.`];
}

/** Returns the cost of a command as one line. A `file:` remote does not count rows, and nobody bills it. */
export function usedLines({ used }: Pick<VerbResult, 'used'>): string[] {
  return used === null ? [] : [`Used: ${costText(used)}.`];
}

/** Returns rows read and written, for people. If there are only reads, it does not mention writes. */
export function rowsText({ rowsRead, rowsWritten }: Omit<Cost, 'certainty'>): string {
  const rows = (number: number): string => count(number, 'row').replace(String(number), thousands(number));
  return `${rows(rowsRead)} read${rowsWritten === 0 ? '' : `, ${rows(rowsWritten)} written`}`;
}
