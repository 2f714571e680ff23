import type { InitOptions, InitResult } from '../commands/init';
import type { SnapshotResult } from '../commands/snapshot';
import { count, formatAge, formatBytes } from './units';

/**
 * The answer of `init` for people.
 *
 * @param how - whether it has taken the snapshot, or used one that was there. Default is `take`.
 */
export function initText(
  { snapshot, outcome, pending, backup }: InitResult,
  file: string,
  how: NonNullable<InitOptions['snapshot']> = 'take',
): string {
  const said = {
    created: `Working copy made: ${file}`,
    updated: `Working copy brought up to date: ${file}`,
    unchanged: `Working copy is up to date: ${file}`,
    kept: `Working copy kept, with ${count(pending, 'change')} not pushed yet: ${file}`,
  }[outcome];
  return [
    how === 'take' ? snapshotText({ snapshot, copiedFrom: null }) : usedText(snapshot),
    said,
    ...(backup === null ? [] : [`Backup of the old one: ${backup}`]),
    ...nextLines(outcome, pending),
  ].join('\n');
}

function usedText({ remote, bytes, createdAt }: InitResult['snapshot']): string {
  return `From the snapshot of ${remote}, ${formatAge(createdAt)}: ${formatBytes(bytes)}`;
}

/** What to do with a working copy that is new here, or that has changes. */
function nextLines(outcome: InitResult['outcome'], pending: number): string[] {
  if (pending > 0) return ['Next: `turso-sync push` carries what is not pushed yet.'];
  return outcome === 'created'
    ? [
        'Next: change it with your app. `turso-sync diff` shows the changes, and `turso-sync push` carries them.',
      ]
    : [];
}

/** The answer of `snapshot` for people. */
export function snapshotText({
  snapshot,
  copiedFrom,
}: Pick<SnapshotResult, 'snapshot' | 'copiedFrom'>): string {
  const how = copiedFrom === null ? HOW[snapshot.method] : `copied from ${copiedFrom}`;
  return `Snapshot of ${snapshot.remote}: ${formatBytes(snapshot.bytes)}, ${how}`;
}

const HOW: Record<SnapshotResult['snapshot']['method'], string> = {
  pages: 'taken by pages',
  rows: 'taken by rows',
  backup: 'taken by backup',
  log: 'changed pages taken by log',
  sync: 'taken by sync endpoints',
  'page-digests': 'changed pages taken by digests',
  base: 'taken from here, since nothing has changed',
  push: 'pushed from here',
};
