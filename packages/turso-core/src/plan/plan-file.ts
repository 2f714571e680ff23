import fs from 'node:fs';
import { TursoSyncError } from '../errors';
import { readLines } from '../sqlite/files/read-lines';
import { CHANGE_KINDS, type ChangeKind } from '../changeset/model';
import { PLAN_VERSION, type PlanChanges, type PlanHead } from './plan';
import { fromVersion1, type HeadOfVersion1 } from './version-1';

/** The head of a plan's file. */
export type FileHead = PlanHead & Pick<HeadOfVersion1, 'takesBack'>;

/** The start of the rows of one kind, and their number of lines. */
export interface RowLines {
  readonly offset: number;
  count: number;
}

/** A table's entry and the positions of its rows. */
export interface TableEntry {
  readonly table: string;
  readonly columns: readonly string[];
  readonly key: readonly string[];
  readonly beforeSchema: boolean;
  readonly kinds: Map<ChangeKind, RowLines>;
}

/** A line of a plan's file, or all lines of its head. */
type Part =
  | { readonly type: 'head'; readonly text: string }
  | { readonly type: 'table'; readonly line: string }
  | { readonly type: 'kind'; readonly kind: ChangeKind; readonly next: number }
  | { readonly type: 'row'; readonly line: string };

/**
 * Reads the head and the tables of a plan's file. Throws PLAN_TOO_NEW, and CHANGES_UNREADABLE for anything `planText`
 * does not write.
 */
export function indexPlan(file: string): { head: FileHead; tables: TableEntry[] } {
  let head: FileHead | undefined;
  const tables: TableEntry[] = [];
  let rows: RowLines | null = null;
  for (const part of partsOf(file)) {
    if (part.type === 'head') head = parseHead(file, part.text);
    else if (part.type === 'table') tables.push(parseTable(file, part.line));
    else if (part.type === 'kind') {
      rows = { offset: part.next, count: 0 };
      tables.at(-1)?.kinds.set(part.kind, rows);
    } else if (rows !== null) rows.count++;
  }
  if (head === undefined) throw unreadable(file, 'it is not whole');
  return { head, tables };
}

/** Reads the head of a plan's file. Throws CHANGES_UNREADABLE and PLAN_TOO_NEW. */
export function readPlanHead(file: string): FileHead {
  for (const part of partsOf(file)) if (part.type === 'head') return parseHead(file, part.text);
  throw unreadable(file, 'it is not whole');
}

/** Reads a file line by line. Throws CHANGES_UNREADABLE for a line in the wrong place. */
export function* partsOf(file: string): Generator<Part> {
  let text = '';
  let place: 'head' | 'tables' | 'end' | 'over' = 'head';
  let hasTable = false;
  const kinds = new Set<ChangeKind>();
  requireFile(file);
  for (const { line, next } of readLines(file)) {
    const kind = /^ {3}"(delete|update|insert)": \[$/.exec(line)?.[1] as ChangeKind | undefined;
    if (place === 'head') {
      // Version 1 called them tables.
      if (line !== ' "rows": [' && line !== ' "tables": [') text += `${line}\n`;
      else {
        place = 'tables';
        yield { type: 'head', text };
      }
    } else if (place === 'tables' && line.startsWith('  {"table":')) {
      hasTable = true;
      kinds.clear();
      yield { type: 'table', line };
    } else if (place === 'tables' && kind !== undefined && hasTable && !kinds.has(kind)) {
      kinds.add(kind);
      yield { type: 'kind', kind, next };
    } else if (place === 'tables' && /^(?: {4})?[[{]/.test(line) && kinds.size > 0)
      yield { type: 'row', line };
    else if (place === 'tables' && line === ' ]') place = 'end';
    else if (place === 'end' && line === '}') place = 'over';
    else throw unreadable(file, `no such line belongs there: ${line.slice(0, 60)}`);
  }
  // If the file ends within its head, it may not be a plan at all.
  if (place === 'head') parseHead(file, text);
  if (place !== 'over') throw unreadable(file, 'it is not whole');
}

/**
 * Refuses special files: a pipe would block, and a device may have no end. For a folder, the system reports the error.
 */
function requireFile(file: string): void {
  const found = fs.statSync(file);
  if (!found.isFile() && !found.isDirectory()) throw unreadable(file, 'it is not a file');
}

/** Parses a line of rows. The row is followed by a comma or by the end of the lists around it. */
export function parseRow(file: string, line: string): unknown {
  const text = line.trim();
  for (const end of [',', '],', ']', ']}', ']},']) {
    if (!text.endsWith(end)) continue;
    try {
      return JSON.parse(text.slice(0, -end.length));
    } catch {
      // The lists continue or end differently.
    }
  }
  throw unreadable(file, `this is not a row: ${text.slice(0, 60)}`);
}

/** Returns the error for a file that is not as it was written. */
export function unreadable(file: string, reason: string, cause?: unknown): TursoSyncError {
  return new TursoSyncError('CHANGES_UNREADABLE', `${file} cannot be read: ${reason}.`, {
    hint: 'It has to be as `turso-sync diff --save` or a push has written it, line by line.',
    cause,
  });
}

/** Checks whether a value is a list of texts. */
export function areTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

/** The format name of each version. */
const FORMATS = { 1: 'turso-sync-changes', [PLAN_VERSION]: 'turso-sync-plan' } as const;

function parseHead(file: string, text: string): FileHead {
  const found = parse(file, `${text.replace(/,\s*$/, '')}}`) as Partial<PlanHead> | null;
  const format: unknown = found?.format;
  const version: unknown = found?.version;
  if (format !== FORMATS[PLAN_VERSION] && format !== FORMATS[1]) throw unreadable(file, 'it is not a plan');
  if (typeof version === 'number' && version > PLAN_VERSION) throw tooNew(file, version);
  if (FORMATS[version as 1] !== format) throw unreadable(file, `its version ${String(version)} is not known`);
  const head = version === 1 ? fromVersion1(found as never) : (found as FileHead);
  if (head === null || !isHead(head)) throw unreadable(file, 'its head is not whole');
  return head;
}

function tooNew(file: string, version: number): TursoSyncError {
  return new TursoSyncError(
    'PLAN_TOO_NEW',
    `${file} was written by a newer turso-sync (format ${version}, this one knows ${PLAN_VERSION}).`,
    {
      hint: 'Update turso-sync here. Or save the plan again with this version: `turso-sync diff --save <file>`.',
    },
  );
}

function isHead(head: Partial<PlanHead>): boolean {
  const { createdAt, remote, environment, base, saved, pushed, findings, cost, verdict, changes } = head;
  const isText = (value: unknown): boolean => typeof value === 'string';
  const isObject = (value: unknown): boolean => typeof value === 'object' && !Array.isArray(value);
  const { total, tables, userVersion, notCarried } = (changes ?? {}) as Partial<PlanChanges>;
  return (
    isText(createdAt) &&
    [remote, environment].every((value) => value === null || isText(value)) &&
    [base, saved, pushed, cost, verdict].every(isObject) &&
    [findings, tables, notCarried].every(Array.isArray) &&
    areCounts(total) &&
    (tables ?? []).every((counts) => areCounts(counts) && isText(counts.table)) &&
    (userVersion === null || (Number.isInteger(userVersion?.from) && Number.isInteger(userVersion?.to)))
  );
}

function areCounts(value: unknown): boolean {
  return CHANGE_KINDS.every((kind) => Number.isInteger((value as Record<string, unknown> | null)?.[kind]));
}

/** Parses a table's line. The following lines are rows, another table or the end. */
export function parseTable(file: string, line: string): TableEntry {
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
