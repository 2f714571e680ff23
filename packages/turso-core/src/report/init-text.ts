import type { InitResult } from '../commands/init';
import type { SnapshotResult } from '../commands/snapshot';
import { count, formatBytes } from './units';

/** The answer of `init` for people. */
export function initText({ snapshot, workingCopy, pending, backup }: InitResult, file: string): string {
  const said = {
    created: `Working copy made: ${file}`,
    updated: `Working copy brought up to date: ${file}`,
    unchanged: `Working copy is up to date: ${file}`,
    kept: `Working copy kept, with ${count(pending, 'change')} not pushed yet: ${file}`,
  }[workingCopy];
  return [
    snapshotText({ snapshot, copiedFrom: null }),
    said,
    ...(backup === null ? [] : [`Backup of the old one: ${backup}`]),
  ].join('\n');
}

/** The answer of `snapshot` for people. */
export function snapshotText({ snapshot, copiedFrom }: SnapshotResult): string {
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
