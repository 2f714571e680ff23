import { crc32 } from 'node:zlib';
import { readPieces } from './read-pieces';

/** Returns the CRC-32 of a file. */
export function checksumOf(file: string): number {
  let crc = 0;
  for (const piece of readPieces(file)) crc = crc32(piece, crc);
  return crc;
}

/** A replaced part of a file, with the same length as before. */
export interface Replaced {
  readonly at: number;
  readonly before: Buffer;
  readonly after: Buffer;
}

/** Returns the CRC-32 of a content of `size` bytes after replacements of its parts, from its earlier CRC-32. */
export function checksumAfter(crc: number, size: number, replaced: Iterable<Replaced>): number {
  let result = crc;
  for (const { at, before, after } of replaced)
    result ^= followedBy(size - at - after.length, crc32(before) ^ crc32(after));
  return result >>> 0;
}

/** The polynomial of CRC-32, the highest power in the lowest bit. */
const POLYNOMIAL = 0xedb88320;

/** Returns the difference of two checksums after the same number of bytes follows both. */
function followedBy(bytes: number, difference: number): number {
  // A checksum is a remainder: eight bits more are the power eight of x.
  let [power, left, result] = [0x00800000, bytes, difference];
  while (left > 0) {
    if (left % 2 === 1) result = product(power, result);
    power = product(power, power);
    left = Math.floor(left / 2);
  }
  return result;
}

/** Returns the product of two polynomials, modulo that of CRC-32: https://github.com/madler/zlib/blob/master/crc32.c */
function product(a: number, b: number): number {
  let [sum, factor] = [0, b];
  for (let bit = 31; bit >= 0; bit--) {
    if ((a >>> bit) & 1) sum ^= factor;
    factor = factor & 1 ? (factor >>> 1) ^ POLYNOMIAL : factor >>> 1;
  }
  return sum >>> 0;
}
