import fs from 'node:fs';
import { crc32 } from 'node:zlib';

/** Bytes that are read at once. */
const PIECE = 1 << 20;

/** The CRC-32 of a file. */
export function checksumOf(file: string): number {
  const handle = fs.openSync(file, 'r');
  try {
    const piece = Buffer.allocUnsafe(PIECE);
    let crc = 0;
    for (let count; (count = fs.readSync(handle, piece)) > 0;) crc = crc32(piece.subarray(0, count), crc);
    return crc;
  } finally {
    fs.closeSync(handle);
  }
}

/** A part of a file that has been replaced by one of the same length. */
export interface Replaced {
  readonly at: number;
  readonly before: Buffer;
  readonly after: Buffer;
}

/** The CRC-32 of a content of `size` bytes whose CRC-32 was `crc` before parts of it were replaced. */
export function checksumAfter(crc: number, size: number, replaced: Iterable<Replaced>): number {
  let result = crc;
  for (const { at, before, after } of replaced)
    result ^= followedBy(size - at - after.length, crc32(before) ^ crc32(after));
  return result >>> 0;
}

/** The polynomial of CRC-32, the highest power in the lowest bit. */
const POLYNOMIAL = 0xedb88320;

/** What a difference of two checksums becomes if the same bytes follow. */
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

/** The product of two polynomials, modulo that of CRC-32: https://github.com/madler/zlib/blob/master/crc32.c */
function product(a: number, b: number): number {
  let [sum, factor] = [0, b];
  for (let bit = 31; bit >= 0; bit--) {
    if ((a >>> bit) & 1) sum ^= factor;
    factor = factor & 1 ? (factor >>> 1) ^ POLYNOMIAL : factor >>> 1;
  }
  return sum >>> 0;
}
