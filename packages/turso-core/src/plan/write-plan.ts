import fs from 'node:fs';
import { writeBytes } from '../sqlite/files/write-bytes';
import { hasHiddenRowid } from '../sqlite/schema/schema';
import type { LeftOutTable } from '../sqlite/schema/left-out';
import type { SqlValue } from '../sqlite/values/values';
import { jsonValue, type JsonValue } from '../sqlite/values/json-value';
import {
  CHANGE_KINDS,
  type ChangeKind,
  type Changeset,
  type IndexSetting,
  type RowChange,
  type SchemaChange,
  type TableChanges,
} from '../changeset/model';
import { summarize } from '../changeset/summary';
import { findingsOf } from './findings';
import {
  PLAN_VERSION,
  type Cost,
  type DefinitionChange,
  type PlanChanges,
  type PlanHead,
  type PushedAs,
} from './plan';

/** The facts in a plan that do not follow from its changes. */
export type PlanFacts = Pick<PlanHead, 'createdAt' | 'remote' | 'environment' | 'base'> &
  Partial<Pick<PlanHead, 'saved' | 'pushed' | 'cost' | 'verdict'>> & {
    /** Tables and views not compared. Default is none. */
    readonly leftOut?: readonly LeftOutTable[];
  };

/** Describes changes as a plan, without their rows. */
export function describePlan(changeset: Changeset, facts: PlanFacts): PlanHead {
  const { createdAt, remote, environment, base, saved = null, pushed = null } = facts;
  return {
    ...{ format: 'turso-sync-plan', version: PLAN_VERSION },
    ...{ createdAt, remote, environment, base, saved, pushed },
    findings: findingsOf(changeset, facts.leftOut),
    cost: facts.cost ?? null,
    verdict: facts.verdict ?? null,
    changes: planChanges(changeset, saved !== null),
  };
}

/**
 * Returns the text of a plan's file: its head, and all rows by table and kind. Each row is on one line, and readers
 * rely on that.
 */
export function* planText(head: PlanHead, { schema, tables }: Changeset): Generator<string> {
  yield `${headText(head)}\n "rows": [`;
  // Neither database has their earlier rows in this form.
  const altered = new Set(schema.filter((c) => c.action === 'alter').map((c) => c.object.name));
  let isFirst = true;
  for (const table of tables) {
    yield isFirst ? '\n' : ',\n';
    isFirst = false;
    // A saved plan is applied to other databases.
    const isGuard = head.saved !== null || altered.has(table.table.name);
    yield* tableJson(table, isGuard ? 'alone' : wholeRows(table));
  }
  yield '\n ]\n}\n';
}

/** Writes the cost of a push into its record. Needs the head that {@link planText} wrote there. */
export function writeCost(file: string, head: PlanHead & { readonly pushed: PushedAs }, cost: Cost): void {
  const handle = fs.openSync(file, 'r+');
  try {
    writeBytes(handle, Buffer.from(headText({ ...head, cost })), 0);
  } finally {
    fs.closeSync(handle);
  }
}

/**
 * Returns the head of a plan's file. The head of a push's record ends in spaces, because it is written before the cost
 * is known.
 */
function headText(head: PlanHead): string {
  const text = openText(head);
  if (head.pushed === null) return text;
  return text + ' '.repeat(Buffer.byteLength(openText({ ...head, cost: WIDEST })) - Buffer.byteLength(text));
}

function openText(head: PlanHead): string {
  return `${JSON.stringify(head, null, 1).slice(0, -2)},`;
}

/** The cost with the longest text. */
const WIDEST: Cost = {
  rowsRead: Number.MAX_SAFE_INTEGER,
  rowsWritten: Number.MAX_SAFE_INTEGER,
  certainty: 'measured',
};

function planChanges(changeset: Changeset, isSaved: boolean): PlanChanges {
  const { total, tables, userVersion, notCarried } = summarize(changeset);
  return {
    ...{ total, tables },
    schema: changeset.schema.map(definitionChange),
    virtual: changeset.virtual.map((v) => ({ ...v, settings: v.settings.map(settingJson) })),
    sequences: changeset.sequences.map((s) => ({ ...s, from: jsonValue(s.from), to: jsonValue(s.to) })),
    ...{ userVersion, notCarried },
    reliesOn: isSaved ? changeset.expects : null,
  };
}

function definitionChange(change: SchemaChange): DefinitionChange {
  const { action, object } = change;
  const { type, name, table, sql } = object;
  const from = action === 'alter' ? change.from : null;
  return {
    ...{ action, type, name, table },
    renamedFrom: from === null || from.name === name ? null : from.name,
    before: action === 'create' ? null : (from ?? object).sql,
    after: action === 'drop' ? null : sql,
    rebuilt: action === 'alter' && change.rebuilt,
    statements: action === 'alter' ? change.statements : [],
    ...(action === 'alter' && change.filled !== undefined
      ? { filled: change.filled.map((f) => ({ ...f, value: jsonValue(f.value) })) }
      : {}),
  };
}

/**
 * Decides on whole rows in updates. A hidden rowid does not identify a row: once the row is gone, another may get it.
 */
function wholeRows({ table }: TableChanges): RowForm['whole'] {
  return hasHiddenRowid(table) ? 'as rendered' : 'no';
}

function* tableJson(changes: TableChanges, whole: RowForm['whole']): Generator<string> {
  const { table, columns, key, beforeSchema } = changes;
  const head = { table: table.name, columns, key: key.map((i) => columns[i]) };
  yield `  ${JSON.stringify(beforeSchema ? { ...head, beforeSchema } : head).slice(0, -1)}`;
  const names = columns.map((name) => JSON.stringify(name));
  for (const kind of CHANGE_KINDS) {
    let separator = `,\n   "${kind}": [\n    `;
    let isEmpty = true;
    for (const text of rowTexts(changes, kind, { names, whole })) {
      yield separator + text;
      separator = ',\n    ';
      isEmpty = false;
    }
    if (!isEmpty) yield ']';
  }
  yield '}';
}

interface RowForm {
  /** The names of the columns as JSON. */
  readonly names: readonly string[];
  /**
   * Whether updates also contain the whole row before. `as rendered` includes updates rendered by SQLite in bulk;
   * `alone` renders each row separately.
   */
  readonly whole: 'no' | 'as rendered' | 'alone';
}

function* rowTexts(changes: TableChanges, kind: ChangeKind, form: RowForm): Generator<string> {
  const inBulk = kind === 'update' && form.whole === 'alone' ? null : changes.bulk(kind, 'report');
  for (const piece of inBulk ?? [{ rows: changes.rows(kind) }]) {
    if ('text' in piece) yield piece.text.replaceAll('\n', '\n    ');
    else for (const change of piece.rows) yield rowText(form, changes.key, change);
  }
}

// Rows without an address are counted. An update has the old key and only the changed columns: from, to.
function rowText({ names, whole }: RowForm, key: readonly number[], change: RowChange): string {
  if (change.kind !== 'update') {
    const row = listText(change.kind === 'delete' ? change.old : change.new);
    const { copies } = change;
    return copies === undefined ? row : `{"row":${row},"copies":[${copies.from},${copies.to}]}`;
  }
  const at = (row: readonly SqlValue[], i: number): string => valueText(row[i] as SqlValue);
  const set = change.changed.map((i) => `${names[i] ?? ''}:[${at(change.old, i)},${at(change.new, i)}]`);
  const row = whole !== 'no' ? `,"row":${listText(change.old)}` : '';
  return `{"key":${listText(key.map((i) => change.old[i] as SqlValue))},"set":{${set.join(',')}}${row}}`;
}

// Written by hand, because a push of 100,000 rows spends most of its own time here.
function listText(values: readonly SqlValue[]): string {
  let text = '[';
  for (const value of values) text += text === '[' ? valueText(value) : `,${valueText(value)}`;
  return `${text}]`;
}

function valueText(value: SqlValue): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint' && value <= MAX_SAFE && value >= -MAX_SAFE) return value.toString();
  return JSON.stringify(jsonValue(value));
}

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

function settingJson({ name, from, to }: IndexSetting): {
  readonly name: string;
  readonly from: JsonValue;
  readonly to: JsonValue;
} {
  return { name, from: jsonValue(from), to: jsonValue(to) };
}
