import { isEmpty } from '../changeset/summary';
import type { VerifyResult } from '../commands/verify';
import { summaryLines } from './changes-text';
import { shown } from './shown';

/** Returns the result of `verify` for people. */
export function verifyText({ outcome, method, differences, other }: VerifyResult, location: string): string {
  if (outcome === 'equal') return `Equal: ${location} and the working copy hold the same (by ${method}).`;
  const head = isEmpty(differences)
    ? [`Different: ${location} and the working copy do not hold the same (by ${method}).`]
    : [`Different: to equal the working copy, ${location} would need`, ...summaryLines(differences)];
  return [...head, ...(other === null ? [] : [shown(other)])].join('\n');
}
