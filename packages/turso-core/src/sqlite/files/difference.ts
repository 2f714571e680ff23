import fs from 'node:fs';
import { crc32 } from 'node:zlib';
import { checksumAfter, checksumOf, type Replaced } from './checksum';
import type { OnBytes } from './copy-file';
import { knownChecksum, knownDifference } from './known-files';
import { readBytes } from './read-bytes';
import { PIECE } from './read-pieces';
import { writeBytes } from './write-bytes';

/** The size of a block, in bytes: a page of most databases. Blocks are kept or left out as a whole. */
const BLOCK = 4096;

const FORMAT = 'turso-sync-difference';

/** The end of a difference, as JSON. */
interface Index {
  readonly format: typeof FORMAT;
  /** The size of the restored file. */
  readonly size: number;
  /** The CRC-32 of that file. */
  readonly crc: number;
  /** The numbers of the blocks in the difference, in order. */
  readonly blocks: readonly number[];
}

/** Thrown for a file that is not a difference, is damaged, or does not fit the reference. */
export class DifferenceError extends Error {}

/**
 * Writes the blocks of a file that differ from a reference: both together restore it. Reads the written blocks back and
 * compares them. Throws {@link DifferenceError} if they differ, and errors of the system.
 */
export function writeDifference(reference: string, of: string, to: string, onBytes?: OnBytes): void {
  const { blocks, crc } = compareFiles(reference, of, onBytes);
  withFiles([of], ([file]) => {
    const size = sizeOf(file);
    const blockOf = (number: number): Buffer =>
      readBytes(file, number * BLOCK, Math.min(BLOCK, size - number * BLOCK));
    const writer = openWriter(to);
    try {
      for (const number of blocks) writer.add(number, blockOf(number));
      writer.end({ size, crc });
    } finally {
      writer.close();
    }
    withDifference(to, ({ index, blockAt }) => {
      for (const number of index.blocks) if (!blockAt(number).equals(blockOf(number))) throw damaged(to);
    });
  });
}

/**
 * Writes the same difference for another reference, given the blocks in which the two references differ.
 * Throws {@link DifferenceError} and errors of the system.
 */
export function moveDifference(
  difference: string,
  references: { readonly from: string; readonly to: string; readonly differing: readonly number[] },
  target: string,
): void {
  withFiles([references.from, references.to], ([before, after]) => {
    withDifference(difference, ({ index: { size, crc, blocks }, blockAt }) => {
      const own = new Set(blocks);
      const writer = openWriter(target);
      try {
        const all = new Set([...blocks, ...references.differing]);
        for (const number of [...all].sort((a, b) => a - b)) {
          const length = Math.min(BLOCK, size - number * BLOCK);
          if (length <= 0) continue;
          const bytes = own.has(number) ? blockAt(number) : readBytes(before, number * BLOCK, length);
          if (!bytes.equals(readBytes(after, number * BLOCK, length))) writer.add(number, bytes);
        }
        writer.end({ size, crc });
      } finally {
        writer.close();
      }
    });
  });
}

/** Returns the numbers of the blocks in which two files differ, including those of only one of them. */
export function differingBlocks(a: string, b: string): number[] {
  return withFiles([a, b], ([left, right]) => {
    const found: number[] = [];
    const size = Math.max(sizeOf(left), sizeOf(right));
    for (const { at, length } of knownRanges(a, b) ?? rangesOf(0, size)) {
      const [x, y] = [readBytes(left, at, length), readBytes(right, at, length)];
      found.push(...differing(at, x.length > y.length ? [x, y] : [y, x]));
    }
    return found;
  });
}

/**
 * Restores the file of a difference as a new file. Throws {@link DifferenceError}, with nothing left behind, if the
 * difference was written for another reference or is damaged. Also throws errors of the system.
 */
export function restoreDifference(
  reference: string,
  difference: string,
  to: string,
  onBytes?: OnBytes,
): void {
  const output = fs.openSync(to, 'wx', 0o600);
  let isRight = false;
  try {
    isRight = restored(reference, difference, (bytes, progress) => {
      writeBytes(output, bytes);
      onBytes?.(progress);
    });
  } finally {
    fs.closeSync(output);
    if (!isRight) fs.rmSync(to, { force: true });
  }
  if (!isRight) throw new DifferenceError(`${difference} was written for another reference, or is damaged.`);
}

/** Checks whether a difference is intact and was written for this reference. */
export function fitsReference(reference: string, difference: string): boolean {
  try {
    return restored(reference, difference, () => undefined);
  } catch (error) {
    if (error instanceof DifferenceError) return false;
    throw error;
  }
}

/** Reads the restored content, piece by piece. Returns whether it has the recorded size and checksum. */
function restored(
  reference: string,
  difference: string,
  take: (bytes: Buffer, progress: Parameters<OnBytes>[0]) => void,
): boolean {
  return withFiles([reference], ([base]) =>
    withDifference(difference, ({ index, blockAt }) => {
      const own = new Set(index.blocks);
      let crc = 0;
      let size = 0;
      for (let at = 0; at < index.size; at += BLOCK) {
        const length = Math.min(BLOCK, index.size - at);
        const bytes = own.has(at / BLOCK) ? blockAt(at / BLOCK) : readBytes(base, at, length);
        crc = crc32(bytes, crc);
        size += bytes.length;
        take(bytes, { done: size, total: index.size, unit: 'bytes' });
      }
      return crc === index.crc && size === index.size;
    }),
  );
}

/** Returns the CRC-32 of a file that differs from a reference: read, or computed from known facts about the two. */
export function checksumByReference(reference: string, of: string): number {
  return compareFiles(reference, of).crc;
}

/** Returns the blocks of a file that a reference lacks, and the file's CRC-32. */
function compareFiles(
  reference: string,
  of: string,
  onBytes?: OnBytes,
): { readonly blocks: readonly number[]; readonly crc: number } {
  return withFiles([reference, of], ([base, file]) => {
    const [size, least] = [sizeOf(file), Math.min(sizeOf(base), sizeOf(file))];
    const ranges = knownRanges(reference, of);
    const start = ranges === null || least < sizeOf(base) ? null : knownChecksum(reference);
    const blocks: number[] = [];
    // Only for a file read as a whole.
    let read = 0;
    const all = [...(ranges ?? rangesOf(0, size))];
    const total = all.reduce((sum, { length }) => sum + length, 0);
    let done = 0;
    for (const { at, length } of all) {
      const bytes = readBytes(file, at, length);
      onBytes?.({ done: (done += length), total, unit: 'bytes' });
      if (ranges === null) read = crc32(bytes, read);
      blocks.push(...differing(at, [bytes, readBytes(base, at, bytes.length)]));
    }
    if (start === null) return { blocks, crc: ranges === null ? read : checksumOf(of) };
    let grown = start;
    for (const { at, length } of rangesOf(least, size)) grown = crc32(readBytes(file, at, length), grown);
    return { blocks, crc: checksumAfter(grown, size, replacedIn(blocks, least, [base, file])) };
  });
}

/** Yields the blocks within the first bytes of two files. */
function* replacedIn(
  blocks: readonly number[],
  size: number,
  [before, after]: readonly [number, number],
): Generator<Replaced> {
  for (const at of blocks.map((number) => number * BLOCK)) {
    const length = Math.min(BLOCK, size - at);
    if (length > 0) yield { at, before: readBytes(before, at, length), after: readBytes(after, at, length) };
  }
}

interface Range {
  readonly at: number;
  readonly length: number;
}

function* rangesOf(from: number, to: number): Generator<Range> {
  for (let at = from; at < to; at += PIECE) yield { at, length: Math.min(PIECE, to - at) };
}

/** Returns the blocks in which two files may differ; null if unknown. */
function knownRanges(a: string, b: string): Range[] | null {
  const known = knownDifference(a, b);
  if (known === null) return null;
  const { pageSize, pages } = known;
  const blocks = new Set<number>();
  for (const page of pages)
    for (let at = (page - 1) * pageSize; at < page * pageSize; at += Math.min(BLOCK, pageSize))
      blocks.add(Math.floor(at / BLOCK));
  return [...blocks].sort((x, y) => x - y).map((block) => ({ at: block * BLOCK, length: BLOCK }));
}

/** Yields the numbers of the blocks that differ between two pieces read at the same place. */
function* differing(from: number, [bytes, theirs]: readonly [Buffer, Buffer]): Generator<number> {
  if (bytes.equals(theirs)) return;
  for (let at = 0; at < bytes.length; at += BLOCK)
    if (!bytes.subarray(at, at + BLOCK).equals(theirs.subarray(at, at + BLOCK))) yield (from + at) / BLOCK;
}

interface Writer {
  readonly add: (number: number, bytes: Buffer) => void;
  readonly end: (facts: Pick<Index, 'size' | 'crc'>) => void;
  readonly close: () => void;
}

function openWriter(file: string): Writer {
  const handle = fs.openSync(file, 'w', 0o600);
  const blocks: number[] = [];
  return {
    add(number, bytes) {
      blocks.push(number);
      writeBytes(handle, bytes);
    },
    end(facts) {
      const index = Buffer.from(JSON.stringify({ format: FORMAT, ...facts, blocks } satisfies Index));
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(index.length));
      writeBytes(handle, Buffer.concat([index, length]));
    },
    close: () => {
      fs.closeSync(handle);
    },
  };
}

interface Difference {
  readonly index: Index;
  readonly blockAt: (number: number) => Buffer;
}

function withDifference<T>(file: string, work: (difference: Difference) => T): T {
  return withFiles([file], ([handle]) => {
    const size = sizeOf(handle);
    const tail = readBytes(handle, size - 8, 8);
    const length = tail.length === 8 && size >= 8 ? Number(tail.readBigUInt64LE()) : Infinity;
    if (length > size - 8) throw damaged(file);
    const index = parseIndex(readBytes(handle, size - 8 - length, length), file);
    const places = new Map(index.blocks.map((number, i) => [number, i]));
    const blockAt = (number: number): Buffer => {
      const place = places.get(number) ?? 0;
      return readBytes(handle, place * BLOCK, Math.min(BLOCK, index.size - number * BLOCK));
    };
    return work({ index, blockAt });
  });
}

function parseIndex(bytes: Buffer, file: string): Index {
  try {
    const index = JSON.parse(bytes.toString()) as { format?: unknown; blocks?: unknown };
    if (index.format === FORMAT && Array.isArray(index.blocks)) return index as Index;
  } catch {
    // The code below throws.
  }
  throw damaged(file);
}

function damaged(file: string): DifferenceError {
  return new DifferenceError(`${file} is damaged.`);
}

function sizeOf(handle: number): number {
  return fs.fstatSync(handle).size;
}

function withFiles<T>(
  files: readonly string[],
  work: (handles: [number, ...number[]] & readonly [number, number]) => T,
): T {
  const handles: number[] = [];
  try {
    for (const file of files) handles.push(fs.openSync(file, 'r'));
    return work(handles as never);
  } finally {
    for (const handle of handles) fs.closeSync(handle);
  }
}
