import { isEmpty, type ChangeSummary } from '../changeset/summary';
import type { PushEntry, UndoResult } from '../commands/undo';
import { summaryLines } from './changes-text';
import { conflictList } from './conflict-text';
import { count, formatAge } from './units';

/** The answer of `undo` for people. */
export function undoText({ status, push, changes, conflicts }: UndoResult, location: string): string {
  const which = `Push ${push.number} (${formatAge(push.createdAt)})`;
  if (status === 'nothing') return `${which} is undone already.`;
  if (status === 'conflict') {
    const found = conflictList(conflicts, location);
    return `${which} cannot be undone, since that would undo what came after it.\n${found}\nChange these rows by hand, in the working copy, and push that.`;
  }
  return [
    ...summaryLines(changes),
    `${which} undone on ${location}.`,
    'The working copy was not touched: what was pushed is listed by `diff` again, and a push would bring it back.',
  ].join('\n');
}

/** The pushes that can be undone, for people. */
export function pushesText(pushes: readonly PushEntry[]): string {
  if (pushes.length === 0) return 'No push can be undone.';
  return pushes
    .map(({ number, createdAt, changes, undoes }) => {
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
