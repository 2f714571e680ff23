import { byteSize, type SqlValue } from '../../sqlite/values/values';

/** Bytes of JSON that are asked for at once. Servers refuse an answer of more than 10 MB. */
export const ANSWER_SIZE = 8_000_000;

/** Bytes of JSON that a row of values takes in an answer: text and blobs come in base64, and each value says its type. */
export function answerSize(row: readonly SqlValue[]): number {
  return row.reduce<number>((sum, value) => sum + valueSize(byteSize(value)), valueSize(row.length));
}

/** The same of one value that takes so many bytes. */
export function valueSize(bytes: number): number {
  return 36 + Math.ceil((bytes * 4) / 3);
}

/** Cuts a list into pieces whose items come to at most {@link ANSWER_SIZE}, or are single. */
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
