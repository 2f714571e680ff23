import { isUtf8 } from 'node:buffer';

/** A value as read for comparison: TEXT comes as its bytes, in the database's encoding. */
export type Cell = null | bigint | number | string | Buffer;

const CLIP_AT = 200;

/** Whether two values are the same to the bit. They must be of the same storage class. */
export function sameCell(a: Cell, b: Cell): boolean {
  return Buffer.isBuffer(a) && Buffer.isBuffer(b) ? a.equals(b) : Object.is(a, b);
}

/** A value with its storage class, in full: two of them read the same only if they are the same. */
export function describeCell(type: string, value: Cell): string {
  if (value === null) return 'null';
  if (!Buffer.isBuffer(value)) return `${type} ${Object.is(value, -0) ? '-0' : String(value)}`;
  if (type === 'text' && isUtf8(value)) return `text ${JSON.stringify(value.toString())}`;
  return `${type} x'${value.toString('hex')}'`;
}

/** Shortens what is to be shown. */
export function clip(text: string): string {
  return text.length > CLIP_AT ? `${text.slice(0, CLIP_AT)}… (${text.length} characters)` : text;
}
