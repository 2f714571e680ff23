import type { PullResult } from '../commands/pull';
import { summaryLines } from './changes-text';
import { conflictText, resolvedLines, type TextOptions } from './conflict-text';
import { count } from './units';

/** Returns the result of `pull` for people. */
export function pullText(result: PullResult, location: string, options?: TextOptions): string {
  const { outcome, changes, pending, alreadyThere, conflicts, backup } = result;
  if (outcome === 'conflict') return conflictText(conflicts, location, 'pull', options);
  const left = [
    ...(alreadyThere === 0
      ? []
      : [`The remote had ${count(alreadyThere, 'row')} of yours like this already.`]),
    ...(pending === 0 ? [] : [`${count(pending, 'change')} not pushed yet.`]),
  ];
  if (outcome === 'unchanged') return ['The working copy is up to date.', ...left].join('\n');
  return [
    ...summaryLines(changes),
    ...resolvedLines(result.resolved, options),
    `Pulled from ${location}.`,
    ...(backup === null
      ? []
      : [`Backup of the working copy before: ${backup}; \`turso-sync restore\` makes a database of it.`]),
    ...left,
  ].join('\n');
}
