import { isEmpty, type ChangeSummary } from '../changeset/summary';
import type { DiffResult } from '../commands/diff';
import { count } from './units';

/** A changeset for people, in push order: a line for each table and kind, then totals. */
export function summaryLines(changes: ChangeSummary): string[] {
  if (isEmpty(changes)) return ['No changes.', ...notCarried(changes.notCarried)];
  const { total, tables } = changes;
  const rows = (kind: 'delete' | 'update' | 'insert'): string[] =>
    tables.filter((t) => t[kind] > 0).map((t) => `${kind.toUpperCase()} ${t.table} ${count(t[kind], 'row')}`);
  return [
    ...changes.schema.map(({ action, type, name }) => `${action.toUpperCase()} ${type} ${name}`),
    ...rows('delete'),
    ...rows('update'),
    ...rows('insert'),
    ...changes.sequences.map((table) => `SET sequence of ${table}`),
    ...(changes.userVersion === null ? [] : [`SET user_version ${changes.userVersion.to}`]),
    ...notCarried(changes.notCarried),
    `Total: ${count(total.insert, 'row')} inserted, ${total.update} updated, ${total.delete} deleted.`,
  ];
}

function notCarried(names: readonly string[]): string[] {
  return names.map((name) => `Not carried: ${name} (a libSQL server does not take it).`);
}

/** The answer of `diff` for people. */
export function diffText({ changes, files }: DiffResult): string {
  return [
    ...summaryLines(changes),
    ...(isEmpty(changes) ? [] : [`In full: ${files.sql} and ${files.json}`]),
  ].join('\n');
}
