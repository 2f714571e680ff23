import { TursoSyncError } from '../../errors';
import { readLines } from '../../sqlite/files/read-lines';
import { CHANGE_KINDS, type ChangeKind } from '../model';
import type { ChangeSummary } from '../summary';
import { CHANGES_FORMAT } from './json';

/** What stands at the head of a file of changes. */
export interface ChangesHead {
  readonly format: string;
  readonly version: number;
  readonly createdAt: string;
  readonly summary: ChangeSummary;
  /** What the file was made for, beside being read. */
  readonly [purpose: string]: unknown;
}

/** Where the rows of one kind begin, and in how many lines they stand. */
export interface RowLines {
  readonly offset: number;
  count: number;
}

/** A table's entry, and where its rows are. */
export interface TableEntry {
  readonly table: string;
  readonly columns: readonly string[];
  readonly key: readonly string[];
  readonly beforeSchema: boolean;
  readonly kinds: Map<ChangeKind, RowLines>;
}

/** The head and the tables of a file of changes. Throws CHANGES_UNREADABLE for anything that `changesetJson` does not write. */
export function indexChanges(file: string): { head: ChangesHead; tables: TableEntry[] } {
  let text = '';
  let part: 'head' | 'tables' | 'end' | 'over' = 'head';
  const tables: TableEntry[] = [];
  let rows: RowLines | null = null;
  for (const { line, next } of readLines(file)) {
    const kind = /^ {3}"(delete|update|insert)": \[$/.exec(line)?.[1] as ChangeKind | undefined;
    const entry = tables.at(-1);
    if (part === 'head') {
      if (line === ' "tables": [') part = 'tables';
      else text += `${line}\n`;
    } else if (part === 'tables' && line.startsWith('  {"table":')) {
      tables.push(tableEntry(file, line));
      rows = null;
    } else if (part === 'tables' && kind !== undefined && entry !== undefined && !entry.kinds.has(kind)) {
      rows = { offset: next, count: 0 };
      entry.kinds.set(kind, rows);
    } else if (part === 'tables' && /^ {4}[[{]/.test(line) && rows !== null) rows.count++;
    else if (part === 'tables' && line === ' ]') part = 'end';
    else if (part === 'end' && line === '}') part = 'over';
    else throw unreadable(file, `no such line belongs there: ${line.slice(0, 60)}`);
  }
  if (part !== 'over') throw unreadable(file, 'it is not whole');
  return { head: parseHead(file, text), tables };
}

/** The head of a file of changes alone. Throws CHANGES_UNREADABLE. */
export function readChangesHead(file: string): ChangesHead {
  let text = '';
  for (const { line } of readLines(file)) {
    if (line === ' "tables": [') break;
    text += `${line}\n`;
  }
  return parseHead(file, text);
}

/** What stands in a line of rows. What follows it is a comma, or what ends the lists around it. */
export function parseRow(file: string, line: string): unknown {
  const text = line.trim();
  for (const end of [',', '],', ']', ']}', ']},']) {
    if (!text.endsWith(end)) continue;
    try {
      return JSON.parse(text.slice(0, -end.length));
    } catch {
      // The lists go on, or end, in another way.
    }
  }
  throw unreadable(file, `this is not a row: ${text.slice(0, 60)}`);
}

/** The error for a file that is not as it was written. */
export function unreadable(file: string, reason: string, cause?: unknown): TursoSyncError {
  return new TursoSyncError('CHANGES_UNREADABLE', `${file} cannot be read: ${reason}.`, {
    hint: 'It has to be as `turso-sync diff --save` or a push has written it, line by line.',
    cause,
  });
}

/** Whether something is a list of texts. */
export function areTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function parseHead(file: string, text: string): ChangesHead {
  const head = parse(file, `${text.replace(/,\s*$/, '')}}`) as Partial<ChangesHead> | null;
  if (head?.format !== 'turso-sync-changes') throw unreadable(file, 'it is not a file of changes');
  if (head.version !== CHANGES_FORMAT) throw unreadable(file, `its version ${head.version} is not known`);
  const isWhole = typeof head.createdAt === 'string' && isSummary(head.summary);
  if (!isWhole) throw unreadable(file, 'its head is not whole');
  return head as ChangesHead;
}

function isSummary(value: unknown): value is ChangeSummary {
  const { total, tables, schema, indexes, sequences, notCarried, userVersion } = (value ??
    {}) as Partial<ChangeSummary>;
  const lists: unknown[] = [tables, schema, indexes, sequences, notCarried];
  const isVersion =
    userVersion === null || (Number.isInteger(userVersion?.from) && Number.isInteger(userVersion?.to));
  return areCounts(total) && lists.every(Array.isArray) && (tables ?? []).every(areCounts) && isVersion;
}

function areCounts(value: unknown): boolean {
  return CHANGE_KINDS.every((kind) => Number.isInteger((value as Record<string, unknown> | null)?.[kind]));
}

// Rows follow in the lines below, or another table, or the end.
function tableEntry(file: string, line: string): TableEntry {
  const text = line.trim();
  const whole = text.endsWith('},') ? text.slice(0, -1) : text.endsWith(',') ? `${text.slice(0, -1)}}` : text;
  const {
    table,
    columns,
    key,
    beforeSchema = false,
    ...rest
  } = parse(file, whole) as Record<string, unknown>;
  const isWhole =
    typeof table === 'string' &&
    areTexts(columns) &&
    areTexts(key) &&
    typeof beforeSchema === 'boolean' &&
    Object.keys(rest).length === 0;
  if (!isWhole) throw unreadable(file, `this is not a table: ${text.slice(0, 60)}`);
  return { table, columns, key, beforeSchema, kinds: new Map() };
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unreadable(file, (error as Error).message, error);
  }
}
