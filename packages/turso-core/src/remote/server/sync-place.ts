import { createHash } from 'node:crypto';
import { TursoSyncError } from '../../errors';
import type { HttpClient } from '../../hrana/http-client';
import { sendOnce } from '../../hrana/stream';
import { readFrames, readGeneration, type SyncFrame } from '../../hrana/sync-endpoints';

/** A place in the history reported by a server's sync endpoints. */
export interface SyncPlace {
  readonly generation: number;
  /** The number of its last frame; 0 for the beginning of a generation. */
  readonly frame: number;
  /** The frame's digest, different in another history. Empty without a frame. */
  readonly digest: string;
  /** The database's `schema_version`. */
  readonly schema: number;
}

/**
 * Returns a fingerprint for servers with sync endpoints but no log. The endpoints may report commits late, so nothing
 * relies on it as a guard. One part never lags, because it comes from SQL: `schema_version`. Every change of
 * definitions increases it, and so does every push, by adding and removing its receipt.
 *
 * The endpoints do not report the number of the last frame either (tursodatabase/libsql#2065). This searches for it
 * from a known fingerprint, by fetching single frames: a few after small changes, otherwise about twenty.
 *
 * @param known - an earlier fingerprint. If the server is behind it, returns null: the server is not trusted.
 */
export async function readSyncFingerprint(client: HttpClient, known: string | null): Promise<string | null> {
  try {
    const generation = await readGeneration(client);
    const now = generation === null ? null : await readState(client);
    if (generation === null || now === null) return null;
    const before = parseSyncFingerprint(known);
    const place = await findLast(client, generation, before);
    const found = { ...place, schema: now.schema };
    return before !== null && isBefore(found, before) ? null : formatSyncFingerprint(found);
  } catch (error) {
    if (error instanceof TursoSyncError) return null;
    throw error;
  }
}

/** Checks whether a fingerprint is of the kind that may lag. */
export function isSyncFingerprint(fingerprint: string | null): boolean {
  return parseSyncFingerprint(fingerprint) !== null;
}

/** Formats a fingerprint; see {@link readSyncFingerprint}. */
export function formatSyncFingerprint({ generation, frame, digest, schema }: SyncPlace): string {
  return ['sync', generation, frame, digest, schema].join('/');
}

/** Parses a fingerprint. Returns null for any other text. */
export function parseSyncFingerprint(fingerprint: string | null): SyncPlace | null {
  const [, generation, frame, digest = '', schema] =
    /^sync\/(\d{1,10})\/(\d{1,10})\/([0-9a-f]{16})?\/(-?\d{1,10})$/.exec(fingerprint ?? '') ?? [];
  if (generation === undefined || (digest === '') !== (frame === '0')) return null;
  return { generation: Number(generation), frame: Number(frame), digest, schema: Number(schema) };
}

/** Checks whether a place is earlier in the history than another. */
export function isBefore(
  place: Pick<SyncPlace, 'generation' | 'frame'>,
  other: Pick<SyncPlace, 'generation' | 'frame'>,
): boolean {
  return (
    place.generation < other.generation ||
    (place.generation === other.generation && place.frame < other.frame)
  );
}

/** Returns a digest to distinguish a frame from others with the same number. */
export function digestOf({ page, sizeAfter, data }: SyncFrame): string {
  return createHash('sha256').update(`${page}/${sizeAfter}/`).update(data).digest('hex').slice(0, 16);
}

/** Reads the database's `schema_version` and number of pages by SQL. Returns null if the server refuses. */
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

/** Maximum frames of a generation: an endless server is ignored. */
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
    // Normally this is enough.
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
