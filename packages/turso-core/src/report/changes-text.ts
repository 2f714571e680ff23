import { isEmpty, type ChangeSummary } from '../changeset/summary';
import type { DiffResult } from '../commands/diff';
import type { PlanRow } from '../plan/plan';
import type { TextOptions } from './conflict-text';
import { count } from './units';
import { rowText, valueText } from './value-text';
import { shown } from './shown';

/** A changeset for people, in push order: a line for each table and kind, then totals. */
export function summaryLines(changes: ChangeSummary): string[] {
  if (isEmpty(changes)) return ['No changes.', ...notCarried(changes.notCarried)];
  const { total, tables } = changes;
  const rows = (kind: 'delete' | 'update' | 'insert'): string[] =>
    tables.filter((t) => t[kind] > 0).map((t) => `${kind.toUpperCase()} ${t.table} ${count(t[kind], 'row')}`);
  const lines = [
    ...changes.schema.map(({ action, type, name }) => `${action.toUpperCase()} ${type} ${name}`),
    ...rows('delete'),
    ...rows('update'),
    ...rows('insert'),
    ...changes.indexes.flatMap(({ table, rebuild, settings }) => [
      ...settings.map((name) => `SET ${name} of ${table}`),
      ...(rebuild ? [`REBUILD index ${table}`] : []),
    ]),
    ...changes.sequences.map((table) => `SET sequence of ${table}`),
    ...(changes.userVersion === null ? [] : [`SET user_version ${changes.userVersion.to}`]),
    ...notCarried(changes.notCarried),
    `Total: ${count(total.insert, 'row')} inserted, ${total.update} updated, ${total.delete} deleted.`,
  ];
  return lines.map(shown);
}

function notCarried(names: readonly string[]): string[] {
  return names.map((name) => `Not carried: ${shown(name)} (a libSQL server does not take it).`);
}

/** The answer of `diff` for people; without values, rows are left out. */
export function diffText({ changes, files, rows }: DiffResult, { values = true }: TextOptions = {}): string {
  return [
    ...summaryLines(changes),
    ...(rows === undefined || !values ? [] : rowLines(rows, changes)),
    ...(isEmpty(changes) ? [] : [`In full: ${files.sql} and ${files.json}`]),
  ].join('\n');
}

function rowLines(rows: readonly PlanRow[], { tables }: ChangeSummary): string[] {
  return tables.flatMap((counts) => {
    const told = rows.filter((row) => row.table === counts.table);
    const more = counts.delete + counts.update + counts.insert - told.length;
    return [
      `${shown(counts.table)}:`,
      ...told.flatMap(oneRow),
      ...(more > 0 ? [`  ... and ${more} more`] : []),
    ];
  });
}

function oneRow({ kind, key, columns, old, new: now }: PlanRow): string[] {
  if (kind !== 'update') return [`  ${kind.toUpperCase()} ${rowText(now ?? old ?? {})}`];
  const cell = (row: PlanRow['old'], column: string): string => valueText(row?.[column] ?? null);
  return [
    `  UPDATE ${rowText(key)}`,
    ...columns.map((column) => `    ${shown(column)}: ${cell(old, column)} -> ${cell(now, column)}`),
  ];
}
