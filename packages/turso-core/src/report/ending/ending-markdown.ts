import type { Conflict } from '../../apply/conflict';
import type { ErrorCode, TursoSyncError } from '../../errors';
import { usedLines } from '../cost-text';
import { describeError } from '../error-text';
import { block, code, tableHead, tableRow } from '../markdown/code';
import { addConflicts, addCounts, addPlan, addRows, type Note } from '../markdown/markdown-report';
import { createSheet, type Sheet } from '../markdown/sheet';
import { count } from '../units';
import type { Ending } from './ending';

/** The settings for the Markdown of an ending. */
export interface EndingOptions {
  /** The project's name for people. */
  readonly project: string;
  /** The environment, or null for the one without a name. */
  readonly environment: string | null;
  /** Whether to include keys and values of rows. */
  readonly values: boolean;
  /** The largest size, in bytes of UTF-8. */
  readonly longest: number;
}

/** Bytes reserved for the notes about omissions. */
const FOR_NOTES = 600;

/** The most characters of an error. */
const ERROR = 8_000;

/** Errors whose messages may name rows, themselves or in a quotation from a trigger of the remote. */
const MAY_NAME_ROWS: readonly ErrorCode[] = ['VALUE_TOO_LARGE', 'PLAN_STALE', 'REMOTE_FAILED', 'INTERNAL'];

/**
 * Returns how a command ended, in Markdown. Without values, it has counts, names of tables, definitions, findings and
 * broken rules. It is empty if nothing fits.
 */
export async function endingMarkdown(ending: Ending, options: EndingOptions): Promise<string> {
  const { longest } = options;
  const sheet = createSheet(longest - FOR_NOTES, sizeOf);
  const notes: string[] = [];
  const note: Note = (number, noun) => {
    if (number > 0) notes.push(count(number, noun));
  };
  if (sheet.add('', [headOf(ending, options)]) > 0) return '';
  if (ending.error !== null) addError(sheet, ending.error, options);
  await addContent(sheet, ending, { note, values: options.values });
  const left = notes.length === 0 ? '' : `\nNot shown: ${notes.join(', ')}.\n`;
  return `${sheet.text}${left}\n`;
}

function sizeOf(text: string): number {
  return Buffer.byteLength(text);
}

function headOf({ command, outcome }: Ending, { project, environment }: EndingOptions): string {
  const where = environment === null ? '' : ` (${code(environment)})`;
  return `### ${command} of ${code(project)}${where}\n\n${outcome}\n`;
}

function addError(sheet: Sheet, error: TursoSyncError, { values }: EndingOptions): void {
  const hidden = !values && MAY_NAME_ROWS.includes(error.code);
  const text = hidden
    ? `${error.code}: the message is in the log, since it may name rows.`
    : describeError(error);
  const cut = text.length > ERROR ? `${text.slice(0, ERROR)} ...` : text;
  if (sheet.add('\n', [block('text', cut)]) > 0) sheet.add('\n', [`${code(error.code)}\n`]);
}

interface ContentOptions {
  readonly note: Note;
  readonly values: boolean;
}

async function addContent(sheet: Sheet, ending: Ending, { note, values }: ContentOptions): Promise<void> {
  const { plan, conflicts, changes, used } = ending;
  // The plan of a recorded push already has it as its cost.
  if (used !== null && plan?.cost?.certainty !== 'measured')
    sheet.add(
      '\n',
      usedLines({ used }).map((line) => `${line}\n`),
    );
  if (conflicts.length > 0 && values) note(addConflicts(sheet, conflicts), 'conflict');
  if (conflicts.length > 0 && !values) note(addConflictCounts(sheet, conflicts), 'conflict');
  if (plan === null) {
    addCounts(sheet, changes, note);
    const definitions = changes.schema.map(
      (c) => `- ${code(`${c.action.toUpperCase()} ${c.type} ${c.name}`)}\n`,
    );
    note(sheet.add('\n', definitions), 'changed definition');
    return;
  }
  addPlan(sheet, plan, note);
  if (values) await addRows(sheet, plan, note);
}

/** Adds the number of conflicts by table and kind. Returns how many were left out. */
function addConflictCounts(sheet: Sheet, conflicts: readonly Conflict[]): number {
  const groups = new Map<string, Conflict[]>();
  for (const conflict of conflicts) {
    const group = JSON.stringify([conflict.table, conflict.kind]);
    groups.set(group, [...(groups.get(group) ?? []), conflict]);
  }
  const sorted = [...groups.values()].sort((a, b) => b.length - a.length);
  const lines = sorted.map((group) => {
    const [first] = group;
    return tableRow([code(first?.table ?? ''), first?.kind ?? '', String(group.length)]);
  });
  const left = sheet.add(`\n${tableHead(['table', 'conflict', 'rows'], 1)}`, lines);
  return sorted.slice(sorted.length - left).reduce((sum, group) => sum + group.length, 0);
}
