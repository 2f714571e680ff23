import type { Cost } from './plan';

/** Returns a server's count as a cost; null stays null. */
export function measured(used: Omit<Cost, 'certainty'> | null): Cost | null {
  return used && { rowsRead: used.rowsRead, rowsWritten: used.rowsWritten, certainty: 'measured' };
}
