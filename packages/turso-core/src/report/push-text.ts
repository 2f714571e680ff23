import { countRows } from '../changeset/summary';
import type { PushResult } from '../commands/push';
import { summaryLines } from './changes-text';
import { conflictText, resolvedLines, type TextOptions } from './conflict-text';
import { costLines, usedLines } from './cost-text';
import { exceptionLines, refusalLines } from './verdict-text';
import { count } from './units';

/** Returns the result of `push` for people. */
export function pushText(result: PushResult, location: string, options?: TextOptions): string {
  switch (result.outcome) {
    case 'nothing':
      return ['Nothing to push.', ...summaryLines(result.changes).slice(1)].join('\n');
    case 'dry-run':
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
      return [...whatHappened(result, options), outcome(result, location), ...usedLines(result)].join('\n');
  }
}

function outcome(result: PushResult, location: string): string {
  return isAllKept(result)
    ? `Nothing of yours was written to ${location}: the rows there were kept.`
    : `Pushed to ${location}.`;
}

/** Whether every change lost against one of the remote, so that nothing is left to be written. */
function isAllKept({ changes, kept, alreadyThere }: PushResult): boolean {
  const { total, schema, indexes, sequences, userVersion } = changes;
  const isRowsOnly = [schema, indexes, sequences].every((list) => list.length === 0) && userVersion === null;
  return kept > 0 && isRowsOnly && countRows(total) === kept + alreadyThere;
}

function whatHappened(result: PushResult, options?: TextOptions): string[] {
  const { changes, alreadyThere, kept, resolved, plan } = result;
  return [
    ...summaryLines(changes),
    ...(kept === 0
      ? []
      : [
          `Not written: ${count(kept, 'row')} of these, since the remote's ${kept === 1 ? 'was' : 'were'} kept.`,
        ]),
    ...(alreadyThere === 0 ? [] : [`The remote had ${count(alreadyThere, 'row')} like this already.`]),
    ...resolvedLines(resolved, options),
    ...exceptionLines(plan?.verdict ?? null),
  ];
}
