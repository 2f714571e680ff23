import { isEmpty, type ChangeSummary } from '../changeset/summary';
import type { DiffResult } from '../commands/diff';
import type { DefinitionChange, PlanRow } from '../plan/plan';
import type { TextOptions } from './conflict-text';
import { count } from './units';
import { definitionDiff } from './definition-diff';
import { costLines } from './cost-text';
import { definitionTitle } from './plan-lines';
import { shown } from './shown';
import type { Layout, Line } from './terminal/line';
import { rowTable } from './terminal/row-table';
import { warningLines } from './verdict-text';

/** Returns a changeset for people, in push order: a line for each table and kind, then totals. */
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

/** Returns the result of `diff` for people. Without values, it leaves out rows. */
export function diffText(result: DiffResult, options: TextOptions = {}): string {
  return diffLines(result, options)
    .map(({ text }) => text)
    .join('\n');
}

/**
 * Returns the result of `diff` for people, in lines: counts, changed definitions as text diffs, and the requested rows.
 */
export function diffLines(
  { plan, changes, files, rows, savedTo }: DiffResult,
  { values = true, ...layout }: TextOptions & Layout = {},
): Line[] {
  const isClose = rows !== undefined && values;
  const told = new Set(changes.schema.map(({ type, name }) => `${type} ${name}`));
  const definitions = plan.changes.schema.filter(({ type, name }) => told.has(`${type} ${name}`));
  return [
    ...summaryLines(changes).map((text) => ({ text })),
    ...definitionLines(definitions),
    ...(isClose ? rowLines(rows, changes, layout) : []),
    ...costOfPush(plan, changes).map((text) => ({ text })),
    ...warningLines(plan.verdict).map((text) => ({ text })),
    ...(isEmpty(changes) ? [] : [{ text: `In full: ${files.sql} and ${files.json}` }]),
    ...(savedTo === null ? [] : [{ text: `Plan: ${savedTo} (\`turso-sync push --plan\` pushes it)` }]),
  ];
}

// The cost does not divide into tables, so a diff of one table shows the cost of the whole push.
function costOfPush({ cost, changes }: DiffResult['plan'], told: ChangeSummary): string[] {
  const isPart = told.tables.length < changes.tables.length || told.schema.length < changes.schema.length;
  return costLines(cost, isPart ? 'Cost of the whole push' : 'Cost');
}

/** Returns changed definitions as text diffs. */
export function definitionLines(definitions: readonly DefinitionChange[]): Line[] {
  return definitions.flatMap((change) => [
    { text: definitionTitle(change), paint: 'bold' as const },
    ...definitionDiff(change).map(([sign, text]) => ({
      text: `  ${sign} ${shown(text)}`,
      ...(sign === ' ' ? {} : { paint: sign === '-' ? ('red' as const) : ('green' as const) }),
    })),
  ]);
}

/** Returns changed rows by table, and the number of the remaining ones. */
export function rowLines(
  rows: readonly PlanRow[],
  { tables }: Pick<ChangeSummary, 'tables'>,
  layout: Layout = {},
): Line[] {
  return tables.flatMap((counts) => {
    const told = rows.filter((row) => row.table === counts.table);
    const more = counts.delete + counts.update + counts.insert - told.length;
    return [
      { text: `${shown(counts.table)}:`, paint: 'bold' as const },
      ...rowTable(told, layout),
      ...(more > 0 ? [{ text: `  ... and ${more} more` }] : []),
    ];
  });
}
