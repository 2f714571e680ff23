import { isEmpty, type ChangeSummary } from '../changeset/summary';
import type { PushEntry, UndoneHere, UndoResult } from '../commands/undo';
import { summaryLines } from './changes-text';
import { conflictList, type TextOptions } from './conflict-text';
import { usedLines } from './cost-text';
import { count, formatAge } from './units';

/** Returns the result of `undo` for people. */
export function undoText(result: UndoResult, location: string, options?: TextOptions): string {
  const { outcome, push, changes, conflicts } = result;
  const which = `Push ${push.number} (${formatAge(push.createdAt)})`;
  if (outcome === 'nothing') return `${which} is undone already.`;
  if (outcome === 'conflict') {
    const found = conflictList(conflicts, location, options);
    return `${which} cannot be undone, since that would undo what came after it.\n${found}\nChange these rows by hand, in the working copy, and push that.`;
  }
  return [
    ...summaryLines(changes),
    `${which} undone on ${location}.`,
    ...hereLines(result.workingCopy, options),
    ...usedLines(result),
  ].join('\n');
}

function hereLines(here: UndoneHere | null, options?: TextOptions): string[] {
  if (here === null)
    return [
      'The working copy was not touched: what was pushed is listed by `diff` again, and a push would bring it back.',
    ];
  if (here.conflicts.length > 0)
    return [
      'The working copy was not changed, since what it has since does not fit without that push. A push would bring it back:',
      conflictList(here.conflicts, 'the working copy', options),
    ];
  const kept = here.kept.length;
  return [
    here.backup === null
      ? 'The working copy no longer had any of it.'
      : `It was taken back in the working copy as well. \`turso-sync restore\` makes a database of its backup, ${here.backup}.`,
    ...(kept === 0
      ? []
      : [
          `${count(kept, 'row')} that you have changed since ${kept === 1 ? 'stays' : 'stay'} as you left ${kept === 1 ? 'it' : 'them'}, and the next push carries ${kept === 1 ? 'it' : 'them'}.`,
        ]),
  ];
}

/** Lists for people the pushes that can be undone. */
export function pushesText(pushes: readonly PushEntry[]): string {
  if (pushes.length === 0) return 'No push can be undone.';
  return pushes
    .map(({ number, createdAt, changes, undoes, isRecorded, problem }) => {
      if (problem !== null) return `${number}  ${createdAt}  its record is damaged, so it cannot be undone`;
      if (!isRecorded) return `${number}  ${createdAt}  not recorded, so it cannot be undone`;
      const what = undoes === null ? '' : ` (undid ${undoes})`;
      return `${number}  ${createdAt}  ${totals(changes)}${what}`;
    })
    .join('\n');
}

function totals(changes: ChangeSummary): string {
  if (isEmpty(changes)) return 'nothing';
  const { insert, update, delete: deleted } = changes.total;
  const definitions = changes.schema.length;
  const schema = definitions === 0 ? '' : `, ${count(definitions, 'definition')}`;
  return `${insert} inserted, ${update} updated, ${deleted} deleted${schema}`;
}
