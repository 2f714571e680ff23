import { RawText, type SqlValue } from '../../sqlite/values/values';
import { realText } from '../real-text';
import type { PageValue } from './page-data';

/** The most characters of a text, and bytes of a BLOB, in the page. */
export const TEXT_LENGTH = 2000;
const BYTES = 100;

/** Returns a value in the page's form. Long values are cut. */
export function pageValue(value: SqlValue): PageValue {
  if (value === null) return null;
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : { i: value.toString() };
  }
  if (typeof value === 'number') return { r: realText(value) };
  if (typeof value === 'string')
    return value.length > TEXT_LENGTH ? { s: value.slice(0, TEXT_LENGTH), n: value.length } : value;
  if (value instanceof RawText) return { u: hex(value.bytes), n: value.bytes.byteLength };
  return { x: hex(value), n: value.byteLength };
}

/** Checks whether the page has all of a value. */
export function isWhole(value: PageValue): boolean {
  return (
    value === null || typeof value !== 'object' || !('n' in value) || (!('s' in value) && value.n <= BYTES)
  );
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, BYTES)).toString('hex');
}
