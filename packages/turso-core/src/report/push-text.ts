import type { Conflict, ConflictRow } from '../apply/conflict';
import type { PushResult } from '../commands/push';
import { summaryLines } from './changes-text';
import { count } from './units';
import { rowText, valueText } from './value-text';

/** Conflicts that are printed; all of them are in the result. */
const SHOWN = 20;

/** The answer of `push` for people. */
export function pushText(result: PushResult, location: string): string {
  switch (result.status) {
    case 'nothing':
      return ['Nothing to push.', ...summaryLines(result.changes).slice(1)].join('\n');
    case 'planned':
      return [...summaryLines(result.changes), 'Dry run: nothing was sent.'].join('\n');
    case 'conflict':
      return conflictText(result.conflicts, location);
    case 'pushed':
      return [
        ...summaryLines(result.changes),
        ...(result.alreadyThere === 0
          ? []
          : [`Of these, ${count(result.alreadyThere, 'row')} had arrived before.`]),
        `Pushed to ${location}.`,
      ].join('\n');
  }
}

function conflictText(conflicts: readonly Conflict[], location: string): string {
  const more = conflicts.length - SHOWN;
  return [
    `${count(conflicts.length, 'conflict')} with ${location}: nothing was written.`,
    ...conflicts.slice(0, SHOWN).flatMap(oneConflict),
    ...(more > 0 ? [`... and ${more} more (--json gives all of them)`] : []),
    'Look at the rows on the remote, then run `turso-sync dump-init --force` (it keeps a dated backup of the working copy) and make your changes again.',
  ].join('\n');
}

function oneConflict({ kind, table, key, columns, old, local, remote, message }: Conflict): string[] {
  const where = key === null ? '' : ` ${rowText(key)}`;
  const cells = columns.map(
    (column) =>
      `    ${column}: was ${cell(old, column)}, local ${cell(local, column)}, remote ${cell(remote, column)}`,
  );
  return [`  ${table}${where} [${kind}] ${message}`, ...cells];
}

function cell(row: ConflictRow | null, column: string): string {
  return row === null ? '(no row)' : valueText(row[column] ?? null);
}
