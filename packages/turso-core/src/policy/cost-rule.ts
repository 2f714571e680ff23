import type { Breach } from './breach';
import type { Judged } from './judge';
import type { Policy } from './policy';

/** Applies the limits on the cost of a push, from the policy and for this push. The lower limit counts. */
export function costRule(policy: Policy, { cost, maxRowsWritten }: Judged): Breach[] {
  const ofPolicy = policy.maxRowsWritten ?? Infinity;
  const ofPush = maxRowsWritten ?? Infinity;
  const limit = Math.min(ofPolicy, ofPush);
  const { rowsWritten: count, certainty } = cost;
  if (count <= limit) return [];
  const about = certainty === 'about' ? 'about' : 'up to';
  const by = ofPush < ofPolicy ? '--max-rows-written' : '"maxRowsWritten" in the config';
  const message = `The server would write ${about} ${count} rows, index entries included, and ${by} allows ${limit}.`;
  return [{ rule: 'maxRowsWritten', table: null, count, limit, message }];
}
