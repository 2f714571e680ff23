import { createHash } from 'node:crypto';
import { TursoSyncError } from '../../errors';
import type { HttpClient } from '../../hrana/http-client';
import { sendOnce } from '../../hrana/stream';
import { readFrames, readGeneration, type SyncFrame } from '../../hrana/sync-endpoints';

/** A place in the history that a server's sync endpoints tell. */
export interface SyncPlace {
  readonly generation: number;
  /** The number of its last frame; 0 for the beginning of a generation. */
  readonly frame: number;
  /** Of that frame: another history has another one. Empty without a frame. */
  readonly digest: string;
  /** The database's `schema_version`. */
  readonly schema: number;
}

/**
 * A mark for servers with sync endpoints and no log. Nobody promises that what was committed is told there at once, so it may come late, and
 * nothing is guarded by it. A part of it never comes late, since SQL is asked for it: `schema_version`, which every change of definitions
 * moves, and so does every push, by the receipt that it leaves and removes.
 *
 * Nobody tells the number of the last frame either (tursodatabase/libsql#2065). It is looked for from a known mark on, by fetching frames one
 * by one: a few if little has changed, otherwise some twenty.
 *
 * @param known - an earlier mark. A server that is behind it is not trusted: null.
 */
export async function readSyncMark(client: HttpClient, known: string | null): Promise<string | null> {
  try {
    const generation = await readGeneration(client);
    const now = generation === null ? null : await readState(client);
    if (generation === null || now === null) return null;
    const before = parseSyncMark(known);
    const place = await findLast(client, generation, before);
    const mark = { ...place, schema: now.schema };
    return before !== null && isBefore(mark, before) ? null : formatSyncMark(mark);
  } catch (error) {
    if (error instanceof TursoSyncError) return null;
    throw error;
  }
}

/** Whether a mark is one that may come late. */
export function isSyncMark(mark: string | null): boolean {
  return parseSyncMark(mark) !== null;
}

/** See {@link readSyncMark}. */
export function formatSyncMark({ generation, frame, digest, schema }: SyncPlace): string {
  return ['sync', generation, frame, digest, schema].join('/');
}

/** Null for what is no such mark. */
export function parseSyncMark(mark: string | null): SyncPlace | null {
  const [, generation, frame, digest = '', schema] =
    /^sync\/(\d{1,10})\/(\d{1,10})\/([0-9a-f]{16})?\/(-?\d{1,10})$/.exec(mark ?? '') ?? [];
  if (generation === undefined || (digest === '') !== (frame === '0')) return null;
  return { generation: Number(generation), frame: Number(frame), digest, schema: Number(schema) };
}

/** Whether a place is earlier in the history than another. */
export function isBefore(
  place: Pick<SyncPlace, 'generation' | 'frame'>,
  other: Pick<SyncPlace, 'generation' | 'frame'>,
): boolean {
  return (
    place.generation < other.generation ||
    (place.generation === other.generation && place.frame < other.frame)
  );
}

/** What tells a frame from any other at the same number. */
export function digestOf({ page, sizeAfter, data }: SyncFrame): string {
  return createHash('sha256').update(`${page}/${sizeAfter}/`).update(data).digest('hex').slice(0, 16);
}

/** The database's `schema_version` and its pages, as SQL tells them; null if the server refuses. */
export async function readState(
  client: HttpClient,
): Promise<{ readonly schema: number; readonly pages: number } | null> {
  const sql = `SELECT (SELECT schema_version FROM pragma_schema_version), (SELECT page_count FROM pragma_page_count)`;
  const [answer] = await sendOnce(client, [{ type: 'execute', sql }]);
  const [schema, pages] = (answer?.type === 'execute' ? answer.result.rows[0] : undefined) ?? [];
  return typeof schema === 'bigint' && typeof pages === 'bigint'
    ? { schema: Number(schema), pages: Number(pages) }
    : null;
}

/** Frames of a generation, at most: a server that never ends is left alone. */
const MOST = 2 ** 31;

type LastFrame = Pick<SyncPlace, 'generation' | 'frame' | 'digest'>;

async function findLast(client: HttpClient, generation: number, known: SyncPlace | null): Promise<LastFrame> {
  let last: LastFrame = { generation, frame: 0, digest: '' };
  const isThere = async (frame: number, count = 1): Promise<boolean> => {
    const frames = await readFrames(client, generation, frame, frame + count);
    for (const [i, found] of frames.entries())
      last = { generation, frame: frame + i, digest: digestOf(found) };
    return frames.length === count;
  };
  if (known !== null && known.generation === generation && known.frame > 0) {
    // Normally this is all.
    if (!(await isThere(known.frame, 2))) return last;
  }
  let step = 1;
  while (step < MOST && (await isThere(last.frame + step))) step *= 2;
  for (let end = last.frame + step; end - last.frame > 1;) {
    const middle = Math.floor((last.frame + end) / 2);
    if (!(await isThere(middle))) end = middle;
  }
  return last;
}
