import { createHash } from 'node:crypto';
import fs from 'node:fs';
import type { KnownCapabilities } from '../../hrana/capabilities';
import { leaveWalMode } from '../../sqlite/files/file-header';
import type { KnownDifference } from '../../sqlite/files/known-files';
import { writeBytes } from '../../sqlite/files/write-bytes';
import type { Query } from '../../sqlite/query';
import { unexpectedAnswer } from '../../sqlite/unexpected-answer';
import type { SnapshotOptions } from '../remote';
import { inTurns } from './in-turns';
import { pagesAtOnce, type PageLayout } from './page-layout';
import type { StartFile } from './start-file';

/** Pages per digest. */
export const RANGE = 64;

/** Smaller databases are fetched as a whole. */
export const FEWEST_PAGES = 2 * RANGE;

/** Range digests per request: 32 MB of pages take a server less than a second. */
const RANGES = 128;

/** Page digests per request. */
const PAGES = 4096;

/** Minimum ranges to compare before skipping the rest. */
const SAMPLE = 256;

/** Options of a snapshot by digests. */
interface DigestOptions {
  readonly capabilities: KnownCapabilities;
  readonly layout: PageLayout;
  readonly start: StartFile;
  /** The file behind `start`. */
  readonly startFile: string;
  readonly onProgress: SnapshotOptions['onProgress'];
}

/**
 * Copies a local file, and fetches only pages with differences. The server computes digests of page ranges first, then
 * of single pages in differing ranges. It reads each page once or twice.
 *
 * Returns the pages with possible differences between the copy and that file. Returns null, with nothing written, if
 * the server computes no digests, its page size differs, or it has few pages.
 *
 * @param queries - of transactions with the same state.
 */
export async function snapshotDigests(
  queries: readonly [Query, ...Query[]],
  file: string,
  { capabilities, layout, start, startFile, onProgress }: DigestOptions,
): Promise<KnownDifference | null> {
  const { pageSize, pageCount } = layout;
  if (start.pageSize !== pageSize || pageCount < FEWEST_PAGES) return null;
  const ranges = await capabilities.attempt('sha3', () => differingRanges(queries, { layout, start }));
  if (ranges === null) return null;
  const isMost = ranges.length * RANGE > pageCount / 2;
  const all = ranges.flatMap((first) => pagesOf(first, layout));
  const pages = isMost ? all : await differingPages(queries, all, start);

  fs.copyFileSync(startFile, file, fs.constants.COPYFILE_EXCL | fs.constants.COPYFILE_FICLONE);
  const output = fs.openSync(file, 'r+');
  try {
    fs.ftruncateSync(output, pageCount * pageSize);
    const total = pages.length * pageSize;
    let done = 0;
    const pieces = chunks(pages, pagesAtOnce(layout));
    const answers = inTurns(queries, pieces, async (query, numbers) => ({
      numbers,
      bytes: Buffer.concat(await layout.read(query, numbers)),
    }));
    for await (const { numbers, bytes } of answers) {
      for (const [i, page] of numbers.entries())
        writeBytes(output, bytes.subarray(i * pageSize, (i + 1) * pageSize), (page - 1) * pageSize);
      onProgress?.({ done: (done += bytes.length), total, unit: 'bytes' });
    }
  } finally {
    fs.closeSync(output);
  }
  await leaveWalMode(file);
  // In local files, the first page says that there is no write-ahead log.
  const differing = new Set([1, ...pages]);
  for (let page = pageCount + 1; page <= start.pageCount; page++) differing.add(page);
  return { pageSize, pages: differing };
}

type Compared = Pick<DigestOptions, 'layout' | 'start'>;

/**
 * Returns the first pages of the differing ranges. If most compared ranges differ, it counts the rest as different too.
 */
async function differingRanges(
  queries: readonly [Query, ...Query[]],
  { layout, start }: Compared,
): Promise<number[]> {
  const firsts: number[] = [];
  for (let first = 1; first <= layout.pageCount; first += RANGE) firsts.push(first);
  const differing: number[] = [];
  let compared = 0;
  const answers = inTurns(queries, chunks(firsts, RANGES), async (query, piece) => {
    const theirs = query(RANGE_DIGESTS, [OFFSETS, JSON.stringify(piece)]);
    // Runs while the server computes its own digests.
    const ours = piece.map((first) => rangeDigest(start, first, layout));
    return { piece, ours, theirs: digestsOf(await theirs, piece.length) };
  });
  for await (const { piece, ours, theirs } of answers) {
    differing.push(...piece.filter((_, i) => ours[i] !== theirs[i]));
    compared += piece.length;
    if (compared >= SAMPLE && differing.length > 0.75 * compared) break;
  }
  return [...differing, ...firsts.slice(compared)];
}

async function differingPages(
  queries: readonly [Query, ...Query[]],
  pages: readonly number[],
  start: StartFile,
): Promise<number[]> {
  const differing: number[] = [];
  const answers = inTurns(queries, chunks(pages, PAGES), async (query, piece) => ({
    piece,
    theirs: digestsOf(await query(PAGE_DIGESTS, [JSON.stringify(piece)]), piece.length),
  }));
  for await (const { piece, theirs } of answers)
    differing.push(...piece.filter((page, i) => hexDigest(start.read(page, 1)) !== theirs[i]));
  return differing;
}

/** Offsets of the pages in a range. */
const OFFSETS = JSON.stringify(Array.from({ length: RANGE }, (_, i) => i));

// Digests single pages first: in UTF-16 databases, bytes cannot be concatenated.
const RANGE_DIGESTS = `SELECT hex((SELECT sha3(group_concat(hex((SELECT sha3(data) FROM sqlite_dbpage WHERE pgno = range.value + page.value)), ''))
  FROM json_each(?1) page)) FROM json_each(?2) range`;

const PAGE_DIGESTS = `SELECT hex((SELECT sha3(data) FROM sqlite_dbpage WHERE pgno = page.value)) FROM json_each(?1) page`;

function digestsOf(rows: readonly (readonly unknown[])[], count: number): unknown[] {
  if (rows.length !== count) throw unexpectedAnswer(`${rows.length} digests instead of ${count}`);
  return rows.map(([digest]) => digest);
}

function rangeDigest(start: StartFile, first: number, { pageSize, pageCount }: PageLayout): string {
  const pages = start.read(first, Math.min(RANGE, pageCount - first + 1));
  const digests: string[] = [];
  for (let at = 0; at < pages.length; at += pageSize)
    digests.push(hexDigest(pages.subarray(at, at + pageSize)));
  return hexDigest(digests.join(''));
}

function hexDigest(content: string | Uint8Array): string {
  return createHash('sha3-256').update(content).digest('hex').toUpperCase();
}

function pagesOf(first: number, { pageCount }: PageLayout): number[] {
  return Array.from({ length: Math.min(RANGE, pageCount - first + 1) }, (_, i) => first + i);
}

function* chunks<T>(all: readonly T[], size: number): Generator<T[]> {
  for (let at = 0; at < all.length; at += size) yield all.slice(at, at + size);
}
