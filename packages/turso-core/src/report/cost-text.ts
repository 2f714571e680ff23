import type { RunFacts } from '../commands/reporting/report-run';
import type { Cost } from '../plan/plan';
import { count, thousands } from './units';

/** A cost for people: `32 rows read, 1 row written`, with `about` or `at most` in front if it was not counted. */
export function costText(cost: Cost): string {
  return `${CERTAINTIES[cost.certainty]}${rowsText(cost)}`;
}

const CERTAINTIES = { measured: '', 'at-most': 'at most ', about: 'about ' } as const;

/** What a push is estimated to cost, in a line; none if nobody has estimated it. */
export function costLines(cost: Cost | null, of = 'Cost'): string[] {
  return cost === null ? [] : [`${of}: ${costText(cost)}, as libSQL bills them.`];
}

/** What a command has used, in a line. A `file:` remote does not count, and nobody bills it. */
export function usedLines({ used }: Pick<RunFacts, 'used'>): string[] {
  return used === null ? [] : [`Used: ${costText(used)}.`];
}

/** Rows read and written, for people. What only reads does not say that it writes nothing. */
export function rowsText({ rowsRead, rowsWritten }: Omit<Cost, 'certainty'>): string {
  const rows = (number: number): string => count(number, 'row').replace(String(number), thousands(number));
  return `${rows(rowsRead)} read${rowsWritten === 0 ? '' : `, ${rows(rowsWritten)} written`}`;
}
