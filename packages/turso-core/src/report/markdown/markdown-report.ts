import type { Conflict, ConflictRow } from '../../apply/conflict';
import type { ChangeKind } from '../../changeset/model';
import type { ChangeSummary } from '../../changeset/summary';
import type { Plan, PlanRow } from '../../plan/plan';
import { definitionDiff, textDiff } from '../definition-diff';
import { firstRows } from '../first-rows';
import { definitionTitle, otherChanges, planFacts } from '../plan-lines';
import { BY_IMPORTANCE } from '../share-out';
import { shown } from '../shown';
import { isNothing, type ReportSource } from '../source';
import { ruleText, waysLines } from '../verdict-text';
import { count } from '../units';
import { rowText, valueText } from '../value-text';
import { code, diffBlock, tableHead, tableRow } from './code';
import { createSheet, type Sheet } from './sheet';

/** The most characters in a comment on GitHub. */
export const LONGEST = 65_536;

/** The last line of a report without changes. */
export const NOTHING_CHANGES = 'Nothing changes.';

/** Characters reserved for the notes about omissions, and for definitions before any row. */
const FOR_NOTES = 1_500;
const FOR_DEFINITIONS = 30_000;
const FOR_COUNTS = 10_000;

/** The most rows considered, and the most columns shown of a whole row. */
const ROWS = 400;
const COLUMNS = 8;

/** The most characters of one definition. */
const DEFINITION = 8_000;

const WORDS: Readonly<Record<ChangeKind, string>> = { delete: 'deleted', update: 'updated', insert: 'new' };

/**
 * Renders a report in Markdown for a pull request or a job summary, of at most 65,536 characters. It has conflicts,
 * counts, findings, changed definitions, deleted rows, then some of the others. Names and values are code, so nothing
 * in them acts.
 */
export async function* markdownReport({ title, plan, conflicts }: ReportSource): AsyncGenerator<string> {
  const sheet = createSheet(LONGEST - FOR_NOTES);
  const notes: string[] = [];
  const note = (number: number, noun: string): void => {
    if (number > 0) notes.push(count(number, noun));
  };
  sheet.add('', [`### ${title === shown(title) && /^[\w ]+$/.test(title) ? title : code(title)}\n`]);
  if (conflicts.length > 0) note(addConflicts(sheet, conflicts), 'conflict');
  if (plan !== null) {
    addPlan(sheet, plan, note);
    await addRows(sheet, plan, note);
  }
  if (isNothing({ plan, conflicts })) sheet.add('\n', [`${NOTHING_CHANGES}\n`]);
  yield sheet.text;
  if (notes.length > 0) yield `\nNot shown: ${notes.join(', ')}.\n`;
}

/** Takes note of an omission. */
export type Note = (number: number, noun: string) => void;

/** Adds a plan without its rows: no value and no key. Like all added text, it begins with an empty line. */
export function addPlan(sheet: Sheet, plan: Plan, note: Note): void {
  const { changes, findings, verdict } = plan;
  sheet.add('\n', [
    `${planFacts(plan)
      .map(([name, text]) => `${name}: ${code(text)}`)
      .join('  \n')}\n`,
  ]);
  addCounts(sheet, plan.changes, note);
  const points = (texts: readonly string[]): string[] => texts.map((text) => `- ${code(text)}\n`);
  note(
    sheet.add('\n#### Broken rules\n\n', points((verdict?.broken ?? []).map(ruleText)), FOR_COUNTS),
    'broken rule',
  );
  sheet.add(
    '\n',
    waysLines(verdict).map((line) => `${code(line)}\n`),
    FOR_COUNTS,
  );
  note(
    sheet.add('\n#### Findings\n\n', points(findings.map(({ message }) => message)), FOR_COUNTS),
    'finding',
  );
  note(sheet.add('\n#### Also\n\n', points(otherChanges(changes)), FOR_COUNTS), 'other change');
  const definitions = changes.schema.map((change) =>
    definitionText(definitionTitle(change), diffBlock(definitionDiff(change))),
  );
  note(sheet.add('\n#### Changed definitions\n', definitions, FOR_DEFINITIONS), 'changed definition');
}

function definitionText(title: string, block: string): string {
  return `\n${code(title)}\n\n${block.length > DEFINITION ? 'It is too long to be shown.\n' : block}`;
}

/** Adds the number of changed rows, by table. */
export function addCounts(
  sheet: Sheet,
  { tables, total }: Pick<ChangeSummary, 'tables' | 'total'>,
  note: Note,
): void {
  if (tables.length === 0) return;
  const numbers = (counts: typeof total): string[] => BY_IMPORTANCE.map((kind) => String(counts[kind]));
  const lines = [
    tableRow(['total', ...numbers(total)]),
    ...tables.map((counts) => tableRow([code(counts.table), ...numbers(counts)])),
  ];
  note(sheet.add(`\n${tableHead(['table', 'deleted', 'updated', 'new'], 3)}`, lines, FOR_COUNTS), 'table');
}

/** Adds changed rows, with their values. */
export async function addRows(sheet: Sheet, plan: Plan, note: Note): Promise<void> {
  const rows = await firstRows(plan, ROWS);
  for (const kind of BY_IMPORTANCE) {
    let shownRows = 0;
    for (const [table, all] of rows) {
      const some = all.filter((row) => row.kind === kind);
      if (some.length === 0) continue;
      const head = `\n#### ${WORDS[kind]} rows of ${code(table)}\n\n`;
      const left = kind === 'update' ? addUpdates(sheet, head, some) : addWholeRows(sheet, head, some);
      shownRows += some.slice(0, some.length - left).reduce((sum, row) => sum + rowCount(row), 0);
    }
    note(plan.changes.total[kind] - shownRows, `${WORDS[kind]} row`);
  }
}

function addUpdates(sheet: Sheet, head: string, rows: readonly PlanRow[]): number {
  const lines = rows.map(({ key, columns, old, new: now }) =>
    columns
      .map((column, i) =>
        tableRow([
          i === 0 ? code(rowText(key)) : '',
          ...[column, valueText(old?.[column] ?? null), valueText(now?.[column] ?? null)].map(code),
        ]),
      )
      .join(''),
  );
  return sheet.add(head + tableHead(['key', 'column', 'old', 'new']), lines);
}

function addWholeRows(sheet: Sheet, head: string, rows: readonly PlanRow[]): number {
  const known = [
    ...new Set(
      rows.flatMap(({ key, old, new: now }) => [...Object.keys(key), ...Object.keys(old ?? now ?? {})]),
    ),
  ];
  const columns = known.slice(0, COLUMNS);
  const more = known.length - columns.length;
  const lines = rows.map(({ old, new: now, copies }) => {
    const row = old ?? now ?? {};
    const cells = columns.map((column) =>
      Object.hasOwn(row, column) ? code(valueText(row[column] ?? null)) : '',
    );
    return tableRow([...cells, ...(copies === undefined ? [] : [`${copies.from} → ${copies.to} times`])]);
  });
  const isCounted = rows.some(({ copies }) => copies !== undefined);
  const hint = more > 0 ? `${count(more, 'more column')}.\n\n` : '';
  return sheet.add(head + hint + tableHead([...columns.map(code), ...(isCounted ? ['rows'] : [])]), lines);
}

function rowCount({ copies }: PlanRow): number {
  return copies === undefined ? 1 : Math.abs(copies.to - copies.from);
}

/** Adds conflicts, with their keys and values. Returns how many were left out. */
export function addConflicts(sheet: Sheet, conflicts: readonly Conflict[]): number {
  const cell = (row: ConflictRow | null, column: string): string =>
    row === null ? '(no row)' : code(valueText(row[column] ?? null));
  const texts = conflicts.map(({ kind, table, key, columns, old, local, remote, definition, message }) => {
    const lines = columns.map((column) =>
      tableRow([code(column), cell(old, column), cell(local, column), cell(remote, column)]),
    );
    const where = key === null ? table : `${table} ${rowText(key)}`;
    const sides =
      lines.length === 0 ? '' : `\n${tableHead(['column', 'old', 'local', 'remote'])}${lines.join('')}`;
    const diffs =
      definition === null
        ? ''
        : (['local', 'remote'] as const)
            .map((side) =>
              definitionText(
                `${definition.name}: old → ${side}`,
                diffBlock(textDiff(definition.old, definition[side], definition.type)),
              ),
            )
            .join('');
    return `\n${code(where)} (${kind}): ${code(message)}\n${sides}${diffs}`;
  });
  return sheet.add(`\n**${count(conflicts.length, 'conflict')}**\n`, texts, LONGEST / 2);
}
