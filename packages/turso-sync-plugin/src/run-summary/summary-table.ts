import type { TaskNote } from './task-note';

type Line = Omit<TaskNote, 'nx'>;

/** Describes how the pushes of a run ended, one in each line. */
export function summaryTable(notes: readonly Line[]): string {
  const sorted = [...notes].sort((a, b) => keyOf(a).localeCompare(keyOf(b), 'en'));
  const rows = sorted.map(({ project, target, environment, outcome, counts, used }) => [
    ...[project, target, environment, outcome],
    ...(counts === null
      ? ['', '', '', '']
      : [counts.deleted, counts.updated, counts.new, counts.tables].map(String)),
    ...(used === null ? ['', ''] : [used.rowsRead, used.rowsWritten].map(String)),
  ]);
  const all = [HEAD, ...rows];
  // An empty column is left out.
  const columns = (all[0] ?? []).flatMap((name, i) => {
    const texts = new Set(rows.map((row) => row[i]));
    return texts.has('') && texts.size === 1 ? [] : name === 'target' && texts.size === 1 ? [] : [i];
  });
  const widths = columns.map((i) => Math.max(...all.map((row) => row[i]?.length ?? 0)));
  const lines = all.map((row) =>
    columns
      .map((i, at) =>
        i < FIRST_NUMBER ? row[i]?.padEnd(widths[at] ?? 0) : row[i]?.padStart(widths[at] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
  return lines.map((line) => `  ${line}\n`).join('');
}

const HEAD = [
  ...['project', 'target', 'environment', 'result'],
  ...['deleted', 'updated', 'new', 'tables', 'rows read', 'rows written'],
];

const FIRST_NUMBER = 4;

function keyOf({ project, target, environment }: Line): string {
  return JSON.stringify([project, target, environment]);
}
