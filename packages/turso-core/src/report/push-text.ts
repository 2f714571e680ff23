import type { PushResult } from '../commands/push';
import { summaryLines } from './changes-text';
import { conflictText, resolvedLines } from './conflict-text';
import { count } from './units';

/** The answer of `push` for people. */
export function pushText(result: PushResult, location: string): string {
  switch (result.status) {
    case 'nothing':
      return ['Nothing to push.', ...summaryLines(result.changes).slice(1)].join('\n');
    case 'planned':
      return [...summaryLines(result.changes), 'Dry run: nothing was sent.'].join('\n');
    case 'conflict':
      return conflictText(result.conflicts, location, 'push');
    case 'pushed':
      return [
        ...summaryLines(result.changes),
        ...(result.alreadyThere === 0
          ? []
          : [`The remote had ${count(result.alreadyThere, 'row')} like this already.`]),
        ...resolvedLines(result.resolved),
        `Pushed to ${location}.`,
      ].join('\n');
  }
}
