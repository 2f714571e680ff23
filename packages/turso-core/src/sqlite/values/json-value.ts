import { RawText, type SqlValue } from './values';

/**
 * A value in JSON. A number is always an INTEGER, and a string is always TEXT. An INTEGER beyond 2^53, REAL, BLOB and
 * invalid text are objects with one key; bytes are base64.
 */
export type JsonValue =
  | null
  | number
  | string
  /** An INTEGER beyond 2^53. */
  | { readonly integer: string }
  /** A REAL. */
  | { readonly real: string }
  /** A BLOB, in base64. */
  | { readonly blob: string }
  /** Text that is not valid UTF-8, in base64. */
  | { readonly text: string };

/** Values by column, each a {@link JsonValue}. */
export type JsonRow = Readonly<Record<string, JsonValue>>;

/** Converts a value to JSON, without losing its storage class or a bit. */
export function jsonValue(value: SqlValue): JsonValue {
  if (value === null || typeof value === 'string') return value;
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : { integer: value.toString() };
  }
  if (typeof value === 'number') return { real: Object.is(value, -0) ? '-0' : String(value) };
  return value instanceof RawText ? { text: base64(value.bytes) } : { blob: base64(value) };
}

/** Returns values by column, each in the form of {@link jsonValue}; null if there is no row. */
export function jsonRow(row: Readonly<Record<string, SqlValue>>): JsonRow;
export function jsonRow(row: Readonly<Record<string, SqlValue>> | null): JsonRow | null;
export function jsonRow(row: Readonly<Record<string, SqlValue>> | null): JsonRow | null {
  if (row === null) return null;
  return Object.fromEntries(Object.entries(row).map(([column, value]) => [column, jsonValue(value)]));
}

/** Reads back a {@link jsonValue}. Returns undefined for anything else. */
export function sqlValue(value: unknown): SqlValue | undefined {
  if (value === null || typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : undefined;
  if (typeof value !== 'object' || Array.isArray(value)) return undefined;
  const [tag, ...others] = Object.keys(value);
  const text = (value as Record<string, unknown>)[tag ?? ''];
  return typeof text !== 'string' || others.length > 0 ? undefined : taggedValue(tag, text);
}

/** Reads back this many values. Returns null for anything else. */
export function sqlValues(list: unknown, count: number): SqlValue[] | null {
  if (!Array.isArray(list) || list.length !== count) return null;
  const values: SqlValue[] = [];
  for (const item of list) {
    const value = sqlValue(item);
    if (value === undefined) return null;
    values.push(value);
  }
  return values;
}

function taggedValue(tag: string | undefined, text: string): SqlValue | undefined {
  if (tag === 'integer') {
    const integer = /^-?\d{1,19}$/.test(text) ? BigInt(text) : undefined;
    return integer !== undefined && BigInt.asIntN(64, integer) === integer ? integer : undefined;
  }
  if (tag === 'real') return REAL.test(text) ? Number(text) : undefined;
  if (tag !== 'blob' && tag !== 'text') return undefined;
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) return undefined;
  // A small Buffer is part of a larger one, and would keep it in memory.
  return tag === 'blob' ? new Uint8Array(bytes) : new RawText(new Uint8Array(bytes));
}

const REAL = /^-?(?:Infinity|\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/;

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
