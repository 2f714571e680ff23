import fs from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { reasonOf, systemCode, TursoSyncError } from '../errors';
import type { ChangeKind } from '../changeset/model';
import type { Plan, PlanHead, PlanRow } from './plan';
import { parseRow, parseTable, partsOf, readPlanHead, unreadable, type TableEntry } from './plan-file';
import { planRow } from './plan-row';

/**
 * Opens the plan in a file: a plan saved by `diff`, `changes.json`, or the record of a push ({@link PushEntry.file}).
 * Reads only its head; the rows are read on demand.
 * Throws CHANGES_UNREADABLE and PLAN_TOO_NEW.
 *
 * @example
 * ```ts
 * import { openPlan } from 'turso-core';
 *
 * const plan = openPlan('plan.json');
 * for await (const { table, kind } of plan.rows()) console.log(table, kind);
 * ```
 */
export function openPlan(file: string): Plan {
  try {
    const stamp = stampOf(file);
    const { takesBack, ...head } = readPlanHead(file);
    return planIn({ file, stamp, head, isReadable: takesBack === undefined });
  } catch (error) {
    if (error instanceof TursoSyncError) throw error;
    throw unreadable(file, systemCode(error) === 'ENOENT' ? 'it is not there' : reasonOf(error), error);
  }
}

/** The parts of a {@link Plan} as plain data. */
export interface PlanSource {
  readonly file: string;
  /** Distinguishes the file from a later one in its place. */
  readonly stamp: string;
  readonly head: PlanHead;
  /** Whether its rows are the pushed rows; see {@link HeadOfVersion1.takesBack}. */
  readonly isReadable: boolean;
}

const sources = new WeakMap<object, PlanSource>();

/** Returns the parts of a plan, or undefined if the value is not a plan. */
export function planSource(value: object): PlanSource | undefined {
  return sources.get(value);
}

/** Returns the plan of a source. */
export function planIn(source: PlanSource): Plan {
  const plan: Plan = { ...source.head, rows: (table) => rowsOf(source, table) };
  sources.set(plan, source);
  return plan;
}

/** Number of rows after which other work of this process gets its turn. */
const TURN = 1000;

async function* rowsOf(source: PlanSource, only: string | undefined): AsyncGenerator<PlanRow> {
  const { file, stamp, head, isReadable } = source;
  if (!isReadable) throw unreadable(file, 'an older turso-sync wrote it in a form that only `undo` reads');
  if (only !== undefined && !isNamed(head, only)) throw notNamed(file, only);
  let [entry, kind, count]: [TableEntry | null, ChangeKind, number] = [null, 'delete', 0];
  for (const part of partsOf(file)) {
    if (part.type === 'head' && stampOf(file) !== stamp)
      throw unreadable(file, 'another plan has taken its place');
    if (part.type === 'table') entry = parseTable(file, part.line);
    else if (part.type === 'kind') kind = part.kind;
    else if (part.type === 'row' && entry !== null && (only ?? entry.table) === entry.table) {
      yield planRow(file, entry, kind, parseRow(file, part.line));
      if (++count % TURN === 0) await setImmediate();
    }
  }
}

function isNamed({ changes }: PlanHead, name: string): boolean {
  const { tables, schema, virtual, sequences } = changes;
  return [...tables, ...schema, ...virtual, ...sequences].some(({ table }) => table === name);
}

function notNamed(file: string, table: string): TursoSyncError {
  return new TursoSyncError('TABLE_NOT_FOUND', `The plan ${file} does not change a table "${table}".`, {
    hint: '`plan.changes.tables` lists the tables with changed rows.',
  });
}

function stampOf(file: string): string {
  const { ino, size, mtimeMs } = fs.statSync(file);
  return [ino, size, mtimeMs].join(' ');
}
