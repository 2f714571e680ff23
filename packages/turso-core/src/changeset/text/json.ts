import { RawText, type SqlValue } from '../../sqlite/values/values';
import {
  CHANGE_KINDS,
  type ChangeKind,
  type Changeset,
  type IndexSetting,
  type RowChange,
  type TableChanges,
} from '../model';
import { summarize } from '../summary';

/** Version of the format of `changes.json`; `docs/changes-json.md` describes it. */
export const CHANGES_FORMAT = 1;

/** A value in JSON: INTEGER beyond 2^53, REAL, BLOB and text that is no text are objects with one key. */
export type JsonValue =
  | null
  | number
  | string
  | { readonly integer: string }
  | { readonly real: string }
  | { readonly blob: string }
  | { readonly text: string };

/**
 * A value as `changes.json` and `--json` hold it, so that no storage class and no bit is lost: a JSON number is always an
 * INTEGER, a JSON string always TEXT.
 */
export function jsonValue(value: SqlValue): JsonValue {
  if (value === null || typeof value === 'string') return value;
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : { integer: value.toString() };
  }
  if (typeof value === 'number') return { real: Object.is(value, -0) ? '-0' : String(value) };
  return value instanceof RawText ? { text: base64(value.bytes) } : { blob: base64(value) };
}

/** Values by column, each as {@link jsonValue} has it; null where there is no row. */
export function jsonRow(row: Readonly<Record<string, SqlValue>> | null): Record<string, JsonValue> | null {
  if (row === null) return null;
  return Object.fromEntries(Object.entries(row).map(([column, value]) => [column, jsonValue(value)]));
}

/**
 * The text of `changes.json`: a summary, the schema's changes, and all rows by table and kind, one row a line, which is
 * what readers of it go by.
 *
 * @param purpose - what else stands at its head.
 */
export function* changesetJson(changeset: Changeset, createdAt: Date, purpose = {}): Generator<string> {
  const { tables } = changeset;
  // A plan is carried out on other databases.
  const isPlan = 'plan' in purpose;
  const head = {
    format: 'turso-sync-changes',
    version: CHANGES_FORMAT,
    createdAt: createdAt.toISOString(),
    ...purpose,
    summary: summarize(changeset),
    schema: changeset.schema.map(({ object, ...change }) => ({ ...change, ...object })),
    virtual: changeset.virtual.map((v) => ({ ...v, settings: v.settings.map(settingJson) })),
    sequences: changeset.sequences.map((s) => ({ ...s, from: jsonOrNull(s.from), to: jsonOrNull(s.to) })),
    ...(isPlan ? { definitions: changeset.expects } : {}),
  };
  yield `${JSON.stringify(head, null, 1).slice(0, -2)},\n "tables": [`;
  // Their rows as they were are in neither database.
  const altered = new Set(changeset.schema.filter((c) => c.action === 'alter').map((c) => c.object.name));
  let isFirst = true;
  for (const table of tables) {
    yield isFirst ? '\n' : ',\n';
    isFirst = false;
    yield* tableJson(table, isPlan || altered.has(table.table.name));
  }
  yield '\n ]\n}\n';
}

function* tableJson(changes: TableChanges, isWhole: boolean): Generator<string> {
  const { table, columns, key, beforeSchema } = changes;
  const head = { table: table.name, columns, key: key.map((i) => columns[i]) };
  yield `  ${JSON.stringify(beforeSchema ? { ...head, beforeSchema } : head).slice(0, -1)}`;
  const names = columns.map((name) => JSON.stringify(name));
  for (const kind of CHANGE_KINDS) {
    let separator = `,\n   "${kind}": [\n    `;
    let isEmpty = true;
    for (const text of rowTexts(changes, kind, { names, isWhole })) {
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
  /** Whether updates say the whole row as it was too. */
  readonly isWhole: boolean;
}

function* rowTexts(changes: TableChanges, kind: ChangeKind, form: RowForm): Generator<string> {
  const inBulk = kind === 'update' && form.isWhole ? null : changes.bulk(kind, 'report');
  for (const piece of inBulk ?? [{ rows: changes.rows(kind) }]) {
    if ('text' in piece) yield piece.text;
    else for (const change of piece.rows) yield rowText(form, changes.key, change);
  }
}

// Rows that cannot be addressed are counted. An update says the key as it was, and only the columns that changed: from, to.
function rowText({ names, isWhole }: RowForm, key: readonly number[], change: RowChange): string {
  if (change.kind !== 'update') {
    const row = listText(change.kind === 'delete' ? change.old : change.new);
    const { copies } = change;
    return copies === undefined ? row : `{"row":${row},"copies":[${copies.from},${copies.to}]}`;
  }
  const at = (row: readonly SqlValue[], i: number): string => valueText(row[i] as SqlValue);
  const set = change.changed.map((i) => `${names[i] ?? ''}:[${at(change.old, i)},${at(change.new, i)}]`);
  const row = isWhole ? `,"row":${listText(change.old)}` : '';
  return `{"key":${listText(key.map((i) => change.old[i] as SqlValue))},"set":{${set.join(',')}}${row}}`;
}

// Written by hand, since a push of 100,000 rows spends most of its own time here.
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

function settingJson({ name, from, to }: IndexSetting): object {
  return { name, from: jsonValue(from), to: jsonValue(to) };
}

/** Whether something is as {@link jsonValue} writes it. */
export function isJsonValue(value: unknown): value is JsonValue {
  if (value === null || typeof value === 'string') return true;
  if (typeof value === 'number') return Number.isSafeInteger(value);
  if (typeof value !== 'object' || Array.isArray(value)) return false;
  const [[tag, text] = [], ...others] = Object.entries(value);
  if (tag === undefined || typeof text !== 'string' || others.length > 0) return false;
  if (tag === 'integer') return /^-?\d{1,19}$/.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text);
  if (tag === 'real') return /^-?(?:Infinity|\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/.test(text);
  return ['blob', 'text'].includes(tag) && Buffer.from(text, 'base64').toString('base64') === text;
}

/** Reads back a {@link jsonValue}. */
export function sqlValue(value: JsonValue): SqlValue {
  if (value === null || typeof value === 'string') return value;
  if (typeof value === 'number') return BigInt(value);
  if ('integer' in value) return BigInt(value.integer);
  if ('real' in value) return Number(value.real);
  if ('blob' in value) return bytes(value.blob);
  return new RawText(bytes(value.text));
}

function bytes(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'base64'));
}

function jsonOrNull(value: bigint | null): JsonValue {
  return value === null ? null : jsonValue(value);
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
