import fs from 'node:fs';
import { crc32 } from 'node:zlib';

/** Bytes that are kept or left out as one: the pages of most databases. */
const BLOCK = 4096;

/** Bytes that are read at once. */
const PIECE = 1 << 20;

const FORMAT = 'turso-sync-difference';

/** What stands at the end of a difference, as JSON. */
interface Index {
  readonly format: typeof FORMAT;
  /** The size of the file that it restores. */
  readonly size: number;
  /** The CRC-32 of that file. */
  readonly crc: number;
  /** The numbers of the blocks that it has, in order. */
  readonly blocks: readonly number[];
}

/** A file that is not a difference, is damaged, or does not fit the reference. */
export class DifferenceError extends Error {}

/**
 * Writes in what a file differs from a reference, block by block: both together restore it. What was written is read again and compared.
 * Throws what the system throws.
 */
export function writeDifference(reference: string, of: string, to: string): void {
  withFiles([reference, of], ([base, file]) => {
    const size = sizeOf(file);
    const writer = openWriter(to);
    try {
      let crc = 0;
      for (const { at, bytes } of piecesOf(file, size)) {
        crc = crc32(bytes, crc);
        const theirs = readAt(base, at, bytes.length);
        if (!bytes.equals(theirs))
          for (const block of differing(bytes, theirs)) writer.add(at / BLOCK + block.number, block.bytes);
      }
      writer.end({ size, crc });
    } finally {
      writer.close();
    }
    withDifference(to, ({ index, blockAt }) => {
      for (const number of index.blocks)
        if (!blockAt(number).equals(readAt(file, number * BLOCK, Math.min(BLOCK, size - number * BLOCK))))
          throw damaged(to);
    });
  });
}

/**
 * Writes the same difference for another reference, of which it is known in which blocks it is not the first one. Throws
 * {@link DifferenceError}, and what the system throws.
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
          const bytes = own.has(number) ? blockAt(number) : readAt(before, number * BLOCK, length);
          if (!bytes.equals(readAt(after, number * BLOCK, length))) writer.add(number, bytes);
        }
        writer.end({ size, crc });
      } finally {
        writer.close();
      }
    });
  });
}

/** The numbers of the blocks in which two files differ; those that only one of them has count too. */
export function differingBlocks(a: string, b: string): number[] {
  return withFiles([a, b], ([left, right]) => {
    const found: number[] = [];
    const size = Math.max(sizeOf(left), sizeOf(right));
    for (let at = 0; at < size; at += PIECE) {
      const [x, y] = [readAt(left, at, PIECE), readAt(right, at, PIECE)];
      if (x.equals(y)) continue;
      const longer = x.length > y.length ? [x, y] : [y, x];
      for (const { number } of differing(longer[0] as Buffer, longer[1] as Buffer))
        found.push(at / BLOCK + number);
    }
    return found;
  });
}

/**
 * Writes the file that a difference is of to a new file. Throws {@link DifferenceError}, with nothing left behind, if the reference is not the
 * one that it was written for; and what the system throws.
 */
export function restoreDifference(reference: string, difference: string, to: string): void {
  const output = fs.openSync(to, 'wx', 0o600);
  let isRight = false;
  try {
    isRight = restored(reference, difference, (bytes) => {
      writeAll(output, bytes);
    });
  } finally {
    fs.closeSync(output);
    if (!isRight) fs.rmSync(to, { force: true });
  }
  if (!isRight) throw new DifferenceError(`${difference} was written for another reference, or is damaged.`);
}

/** Whether a difference is sound and was written for this reference. */
export function fitsReference(reference: string, difference: string): boolean {
  try {
    return restored(reference, difference, () => undefined);
  } catch (error) {
    if (error instanceof DifferenceError) return false;
    throw error;
  }
}

/** Reads what a difference restores, piece by piece. Answers whether it is what it was written for. */
function restored(reference: string, difference: string, take: (bytes: Buffer) => void): boolean {
  return withFiles([reference], ([base]) =>
    withDifference(difference, ({ index, blockAt }) => {
      const own = new Set(index.blocks);
      let crc = 0;
      let size = 0;
      for (let at = 0; at < index.size; at += BLOCK) {
        const length = Math.min(BLOCK, index.size - at);
        const bytes = own.has(at / BLOCK) ? blockAt(at / BLOCK) : readAt(base, at, length);
        crc = crc32(bytes, crc);
        size += bytes.length;
        take(bytes);
      }
      return crc === index.crc && size === index.size;
    }),
  );
}

interface Block {
  /** From the beginning of its piece on. */
  readonly number: number;
  readonly bytes: Buffer;
}

function* differing(bytes: Buffer, theirs: Buffer): Generator<Block> {
  for (let at = 0; at < bytes.length; at += BLOCK) {
    const own = bytes.subarray(at, at + BLOCK);
    if (!own.equals(theirs.subarray(at, at + BLOCK))) yield { number: at / BLOCK, bytes: own };
  }
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
      writeAll(handle, bytes);
    },
    end(facts) {
      const index = Buffer.from(JSON.stringify({ format: FORMAT, ...facts, blocks } satisfies Index));
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(index.length));
      writeAll(handle, Buffer.concat([index, length]));
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
    const tail = readAt(handle, size - 8, 8);
    const length = tail.length === 8 && size >= 8 ? Number(tail.readBigUInt64LE()) : Infinity;
    if (length > size - 8) throw damaged(file);
    const index = parseIndex(readAt(handle, size - 8 - length, length), file);
    const places = new Map(index.blocks.map((number, i) => [number, i]));
    const blockAt = (number: number): Buffer => {
      const place = places.get(number) ?? 0;
      return readAt(handle, place * BLOCK, Math.min(BLOCK, index.size - number * BLOCK));
    };
    return work({ index, blockAt });
  });
}

function parseIndex(bytes: Buffer, file: string): Index {
  try {
    const index = JSON.parse(bytes.toString()) as { format?: unknown; blocks?: unknown };
    if (index.format === FORMAT && Array.isArray(index.blocks)) return index as Index;
  } catch {
    // Told below.
  }
  throw damaged(file);
}

function damaged(file: string): DifferenceError {
  return new DifferenceError(`${file} is damaged.`);
}

function* piecesOf(handle: number, size: number): Generator<{ readonly at: number; readonly bytes: Buffer }> {
  for (let at = 0; at < size; at += PIECE)
    yield { at, bytes: readAt(handle, at, Math.min(PIECE, size - at)) };
}

/** As many of the bytes as the file has. */
function readAt(handle: number, at: number, length: number): Buffer {
  if (at < 0) return Buffer.alloc(0);
  const bytes = Buffer.allocUnsafe(length);
  let done = 0;
  for (let count = -1; done < length && count !== 0; done += count)
    count = fs.readSync(handle, bytes, done, length - done, at + done);
  return bytes.subarray(0, done);
}

// A disk that fills up in the middle takes a part, and says so only at the next call.
function writeAll(handle: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length;) at += fs.writeSync(handle, bytes, at);
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
