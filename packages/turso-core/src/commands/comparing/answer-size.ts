import { byteSize, type SqlValue } from '../../sqlite/values/values';

/** Bytes of JSON to request at once. Servers refuse to answer with more than 10 MB. */
export const ANSWER_SIZE = 8_000_000;

/**
 * Returns the size of a row in an answer, in bytes of JSON. Text and blobs are sent as base64, and each value states
 * its type.
 */
export function answerSize(row: readonly SqlValue[]): number {
  return row.reduce<number>((sum, value) => sum + valueSize(byteSize(value)), valueSize(row.length));
}

/** Returns the size in an answer of one value with this many bytes. */
export function valueSize(bytes: number): number {
  return 36 + Math.ceil((bytes * 4) / 3);
}

/** Cuts a list into pieces of at most {@link ANSWER_SIZE} in total. A larger item is a piece by itself. */
export function cutBySize<T>(items: readonly T[], sizeOf: (item: T) => number): T[][] {
  const pieces: T[][] = [];
  let size = Infinity;
  for (const item of items) {
    size += sizeOf(item);
    if (size > ANSWER_SIZE) {
      pieces.push([]);
      size = sizeOf(item);
    }
    pieces.at(-1)?.push(item);
  }
  return pieces;
}
