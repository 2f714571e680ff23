import fs from 'node:fs';
import { TursoSyncError } from '../../errors';
import { capabilitiesOf } from '../../hrana/capabilities';
import type { HttpClient } from '../../hrana/http-client';
import {
  readFrames,
  readGeneration,
  streamExport,
  SYNC_BATCH,
  SYNC_PAGE,
  type SyncFrame,
} from '../../hrana/sync-endpoints';
import { checksumOf } from '../../sqlite/files/checksum';
import { HEADER_AT, HEADER_SIZE, leaveWalMode, pageSizeIn } from '../../sqlite/files/file-header';
import { writeBytes } from '../../sqlite/files/write-bytes';
import type { SnapshotOptions, SnapshotStart } from '../remote';
import { openStart } from './start-file';
import {
  digestOf,
  formatSyncFingerprint,
  isBefore,
  isSyncFingerprint,
  parseSyncFingerprint,
  readState,
  type SyncPlace,
} from './sync-place';

type Place = Omit<SyncPlace, 'schema'>;

/**
 * Copies the database through the sync endpoints of libsql's own client. It starts from an earlier copy or a
 * generation's beginning, and adds the later frames. Reads no rows. The endpoints may report commits late. So a copy is
 * valid only if:
 *
 * - It has the `schema_version` reported by SQL, and thus every push so far.
 * - It cannot lack anything in the earlier copies.
 *
 * Returns its fingerprint. Otherwise, or after any other problem with the endpoints, returns null with nothing written.
 */
export async function snapshotSync(
  client: HttpClient,
  starts: readonly SnapshotStart[],
  file: string,
  onProgress: SnapshotOptions['onProgress'],
): Promise<string | null> {
  // A copy by another method may be ahead of the endpoints.
  const reached = starts.flatMap((start) => parseSyncFingerprint(start.reached ?? null) ?? []);
  if (reached.length < starts.length || capabilitiesOf(client).all.log === true) return null;
  const [floor = null] = reached.sort((a, b) => (isBefore(a, b) ? 1 : -1));
  try {
    const generation = await readGeneration(client);
    const now = generation === null ? null : await readState(client);
    if (generation === null || now === null) return null;
    const copying = { client, file, generation, mostPages: 2 * now.pages + FEW, onProgress };
    const place = (await fromStart(starts, copying)) ?? (await fromExport(floor, copying));
    const isBehind = place !== null && floor !== null && isBefore(place, floor);
    if (place !== null && !isBehind && isWhole(file, now.schema)) {
      await leaveWalMode(file);
      return formatSyncFingerprint({ ...place, schema: now.schema });
    }
  } catch (error) {
    if (!(error instanceof TursoSyncError)) throw error;
  }
  fs.rmSync(file, { force: true });
  return null;
}

/** Checks whether {@link snapshotSync} could work, as far as this is known. */
export function hasFramesSince(client: HttpClient, starts: readonly SnapshotStart[]): boolean {
  const isKnown = starts.length > 0 && starts.every(({ reached = null }) => isSyncFingerprint(reached));
  return isKnown && capabilitiesOf(client).all.syncEndpoints === true;
}

interface Copying {
  readonly client: HttpClient;
  readonly file: string;
  /** The latest generation. */
  readonly generation: number;
  /** A larger file is not a copy of the database. */
  readonly mostPages: number;
  readonly onProgress: SnapshotOptions['onProgress'];
}

/** Tolerance for additional pages of a database and frames of a log. */
const FEW = 500;

async function fromStart(starts: readonly SnapshotStart[], copying: Copying): Promise<Place | null> {
  const found = starts.flatMap(({ file, pagesAt, crc }) => {
    const place = parseSyncFingerprint(pagesAt);
    return place === null ? [] : [{ file, place, crc }];
  });
  const [best] = found.sort((a, b) => (isBefore(a.place, b.place) ? 1 : -1));
  const start = best === undefined ? null : openStart(best.file);
  start?.close();
  if (best === undefined || start?.pageSize !== SYNC_PAGE) return null;
  // Damage of the start would also be in the copy.
  if (best.crc !== checksumOf(best.file)) return null;
  fs.copyFileSync(best.file, copying.file, fs.constants.COPYFILE_EXCL | fs.constants.COPYFILE_FICLONE);
  const place = await follow(best.place, copying).catch(orNull);
  if (place === null) fs.rmSync(copying.file);
  return place;
}

async function fromExport(floor: Place | null, copying: Copying): Promise<Place | null> {
  const { client, file, generation, mostPages, onProgress } = copying;
  // Within its generation, the later frames would have been enough.
  if (floor !== null && floor.generation >= generation) return null;
  const ended = new AbortController();
  const output = fs.openSync(file, 'wx');
  try {
    let done = 0;
    for await (const bytes of await streamExport(client, generation, ended.signal)) {
      if (done + bytes.byteLength > mostPages * SYNC_PAGE) return null;
      writeBytes(output, bytes);
      done += bytes.byteLength;
      onProgress?.({ done, total: null, unit: 'bytes' });
    }
  } finally {
    ended.abort();
    fs.closeSync(output);
  }
  return follow({ generation, frame: 0, digest: '' }, copying);
}

/**
 * Adds the frames after a place, and those of the next generation. Each request repeats the last frame of the one
 * before, to detect repeated, missing or foreign frames. Returns null if it finds any, if the frames do not end with a
 * commit, or if they outnumber the pages. Also returns null for generations in between: their frames look the same as
 * forgotten ones.
 */
async function follow(
  from: Place,
  { client, file, generation, mostPages, onProgress }: Copying,
): Promise<Place | null> {
  let place = from;
  let [count, isCommitted] = [0, true];
  const handle = fs.openSync(file, 'r+');
  const put = ({ page, sizeAfter, data }: SyncFrame): boolean => {
    if (page < 1 || page > mostPages || sizeAfter > mostPages || ++count > mostPages) return false;
    writeBytes(handle, data, (page - 1) * SYNC_PAGE);
    if (sizeAfter > 0) fs.ftruncateSync(handle, sizeAfter * SYNC_PAGE);
    isCommitted = sizeAfter > 0;
    onProgress?.({ done: count * SYNC_PAGE, total: null, unit: 'bytes' });
    return true;
  };
  try {
    for (;;) {
      const first = Math.max(1, place.frame);
      const frames = await readFrames(client, place.generation, first, first + SYNC_BATCH);
      const known = place.frame === 0 ? undefined : frames.shift();
      if (place.frame > 0 && (known === undefined || digestOf(known) !== place.digest)) return null;
      const last = frames.at(-1);
      if (last !== undefined) {
        if (!frames.every(put)) return null;
        const frame = first + frames.length - (known === undefined ? 1 : 0);
        place = { ...place, frame, digest: digestOf(last) };
      } else if (!isCommitted || place.generation === generation) {
        return isCommitted ? place : null;
      } else {
        if (place.generation + 1 !== generation || !(await isOver(client, place))) return null;
        place = { generation, frame: 0, digest: '' };
      }
    }
  } finally {
    fs.closeSync(handle);
  }
}

/** Checks whether a generation has no more frames. An empty generation may be forgotten. */
async function isOver(client: HttpClient, { generation, frame }: Place): Promise<boolean> {
  return frame > 0 && (await readFrames(client, generation, frame + 1, frame + 2)).length === 0;
}

/**
 * Checks whether a file is a complete database. Its size matches its header, its page size the endpoints, and its
 * schema version the server.
 */
function isWhole(file: string, schema: number): boolean {
  const handle = fs.openSync(file, 'r');
  try {
    const header = Buffer.alloc(HEADER_SIZE);
    const { size } = fs.fstatSync(handle);
    return (
      fs.readSync(handle, header, 0, HEADER_SIZE, 0) === HEADER_SIZE &&
      pageSizeIn(header) === SYNC_PAGE &&
      header.readUInt32BE(HEADER_AT.pageCount) * SYNC_PAGE === size &&
      header.readInt32BE(HEADER_AT.schemaVersion) === schema
    );
  } finally {
    fs.closeSync(handle);
  }
}

function orNull(error: unknown): null {
  if (error instanceof TursoSyncError) return null;
  throw error;
}
