import type { PushResult } from '../commands/push';
import type { Reported } from '../commands/reporting/report-run';
import { summaryLines } from './changes-text';
import { conflictText, resolvedLines, type TextOptions } from './conflict-text';
import { costLines, usedLines } from './cost-text';
import { exceptionLines, refusalLines } from './verdict-text';
import { count } from './units';

/** The answer of `push` for people. */
export function pushText(result: Reported<PushResult>, location: string, options?: TextOptions): string {
  switch (result.status) {
    case 'nothing':
      return ['Nothing to push.', ...summaryLines(result.changes).slice(1)].join('\n');
    case 'planned':
      return [
        ...whatHappened(result, options),
        ...costLines(result.plan?.cost ?? null),
        'Dry run: this push would go through. Nothing was written.',
      ].join('\n');
    case 'conflict':
      return conflictText(result.conflicts, location, 'push', options);
    case 'refused':
      return [
        ...summaryLines(result.changes),
        ...costLines(result.plan?.cost ?? null),
        ...refusalLines(result.plan?.verdict ?? null),
      ].join('\n');
    case 'pushed':
      return [...whatHappened(result, options), `Pushed to ${location}.`, ...usedLines(result)].join('\n');
  }
}

function whatHappened(
  { changes, alreadyThere, resolved, plan }: PushResult,
  options?: TextOptions,
): string[] {
  return [
    ...summaryLines(changes),
    ...(alreadyThere === 0 ? [] : [`The remote had ${count(alreadyThere, 'row')} like this already.`]),
    ...resolvedLines(resolved, options),
    ...exceptionLines(plan?.verdict ?? null),
  ];
}
