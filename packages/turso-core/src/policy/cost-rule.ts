import type { Breach } from './breach';
import type { Judged } from './judge';
import type { Policy } from './policy';

/** The rule that limits what a push costs. */
export function costRule({ maxRowsWritten: limit = null }: Policy, { cost }: Pick<Judged, 'cost'>): Breach[] {
  const { rowsWritten: count, certainty } = cost;
  if (limit === null || count <= limit) return [];
  const about = certainty === 'about' ? 'about' : 'up to';
  const message = `The server writes ${about} ${count} rows, entries of indexes included, and at most ${limit} may be written.`;
  return [{ rule: 'maxRowsWritten', table: null, count, limit, message }];
}
