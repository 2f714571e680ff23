import { RawText, type SqlValue } from './values';

/**
 * A value in JSON. A number is always an INTEGER, and a string is always TEXT. An INTEGER beyond 2^53, REAL, BLOB and
 * invalid text are objects with one key; bytes are base64.
 */
export type JsonValue =
  | null
  | number
  | string
  | { readonly integer: string }
  | { readonly real: string }
  | { readonly blob: string }
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

/** Checks whether something has the form of a {@link jsonValue}. */
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

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
