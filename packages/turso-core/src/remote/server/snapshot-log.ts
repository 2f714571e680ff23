import fs from 'node:fs';
import { TursoSyncError } from '../../errors';
import type { HttpClient } from '../../hrana/http-client';
import type { LogFrame } from '../../hrana/log-frames';
import { createReplicationLog, type ReplicationLog } from '../../hrana/replication-log';
import { leaveWalMode } from '../../sqlite/files/file-header';
import { checksumOf } from '../../sqlite/files/checksum';
import { noteChecksum, type KnownDifference } from '../../sqlite/files/known-files';
import { writeBytes } from '../../sqlite/files/write-bytes';
import type { SnapshotOptions, SnapshotStart } from '../remote';
import { splitFingerprint } from './fingerprint';
import { openStart } from './start-file';

/** Milliseconds for the server's greeting. */
const GREETING = 10_000;

/**
 * Maximum silence of the log in milliseconds. A proxy may hold back the endless response; then another method is used.
 */
const SILENCE = 3_000;

/**
 * Copies a file with the pages of an earlier fingerprint, and adds the newer pages from the server's log. Reads no
 * rows. Returns null, with nothing written, in these cases:
 *
 * - The server has no such log, was restarted since that fingerprint, or has dropped those pages from its log.
 * - The log is longer than the database.
 * - The file has changed.
 */
export async function snapshotLog(
  client: HttpClient,
  starts: readonly SnapshotStart[],
  file: string,
  onProgress: SnapshotOptions['onProgress'],
): Promise<FromLog | null> {
  const log = createReplicationLog(client);
  const found = await findStart(log, starts);
  if (found === null) return null;
  const { start, latest, session } = found;
  const { COPYFILE_EXCL, COPYFILE_FICLONE } = fs.constants;
  const copying = fs.promises.copyFile(start.file, file, COPYFILE_EXCL | COPYFILE_FICLONE);
  // Another thread copies meanwhile. Damage of the start would also be in the copy.
  const isSound = isAsNoted(start);
  await copying;
  if (!isSound) {
    fs.rmSync(file);
    return null;
  }
  const { frameNo } = start;
  const total = Number(latest - frameNo);
  const handle = fs.openSync(file, 'r+');
  const ended = new AbortController();
  let at = frameNo;
  let isWhole = total === 0;
  const pages = new Set([1]);
  try {
    const frames = (): ReturnType<typeof log.frames> =>
      log.frames(session, frameNo + 1n, { silence: SILENCE, signal: ended.signal });
    for await (const frame of total === 0 ? [] : untilOver(frames())) {
      if (!isPage(frame, start)) break;
      at = frame.frameNo;
      pages.add(frame.page);
      writeBytes(handle, frame.data, (frame.page - 1) * start.pageSize);
      if (frame.sizeAfter > 0) fs.ftruncateSync(handle, frame.sizeAfter * start.pageSize);
      onProgress?.({
        done: Number(at - frameNo) * start.pageSize,
        total: total * start.pageSize,
        unit: 'bytes',
      });
      if (at < latest) continue;
      // The latest number belongs to a commit.
      isWhole = frame.sizeAfter > 0;
      break;
    }
  } finally {
    ended.abort();
    fs.closeSync(handle);
  }
  if (!isWhole) {
    fs.rmSync(file);
    return null;
  }
  await leaveWalMode(file);
  // The file may have been longer, or may have grown by some pages before it shrank.
  const ends = [start.pageCount, fs.statSync(file).size / start.pageSize];
  for (let page = Math.min(...ends) + 1; page <= Math.max(...ends); page++) pages.add(page);
  return {
    start: start.file,
    isSound: start.crc !== undefined,
    differing: { pageSize: start.pageSize, pages },
  };
}

/** The origin of a copy by {@link snapshotLog}. */
export interface FromLog {
  /** The file at the start of the copy. */
  readonly start: string;
  /** Whether that file is still the one found to be sound. */
  readonly isSound: boolean;
  /** The possible differences between the copy and that file. */
  readonly differing: KnownDifference;
}

function isAsNoted({ file, crc }: Start): boolean {
  if (crc === undefined) return true;
  const isSame = checksumOf(file) === crc;
  if (isSame) noteChecksum(file, crc);
  return isSame;
}

/** Checks whether {@link snapshotLog} could work, judging by the server's greeting. */
export async function hasLogSince(client: HttpClient, starts: readonly SnapshotStart[]): Promise<boolean> {
  return (await findStart(createReplicationLog(client), starts)) !== null;
}

async function findStart(
  log: ReplicationLog,
  starts: readonly SnapshotStart[],
): Promise<{ readonly start: Start; readonly latest: bigint; readonly session: string } | null> {
  if (!starts.some((start) => start.pagesAt !== null)) return null;
  const greeting = await log.greet(GREETING).catch(() => null);
  if (greeting?.latest == null) return null;
  const { generation, latest, session } = greeting;
  const start = newestOf(starts, generation, latest);
  return start === null ? null : { start, latest, session };
}

interface Start {
  readonly file: string;
  readonly frameNo: bigint;
  readonly crc: number | undefined;
  readonly pageSize: number;
  readonly pageCount: number;
  /** Maximum number of database pages: each frame of the log adds at most one. */
  readonly mostPages: number;
}

function newestOf(starts: readonly SnapshotStart[], generation: string, latest: bigint): Start | null {
  let newest: Start | null = null;
  for (const { file, pagesAt, crc } of starts) {
    const reached = splitFingerprint(pagesAt ?? '');
    if (reached?.generation !== generation || reached.index > latest) continue;
    if (reached.index <= (newest?.frameNo ?? -1n)) continue;
    const opened = openStart(file);
    if (opened === null) continue;
    opened.close();
    const { pageSize, pageCount } = opened;
    const frames = Number(latest - reached.index);
    if (frames <= Math.max(pageCount, SMALL))
      newest = { file, crc, frameNo: reached.index, pageSize, pageCount, mostPages: pageCount + frames };
  }
  return newest;
}

/** Logs up to this number of frames are never too long. */
const SMALL = 500;

function isPage({ page, sizeAfter, data }: LogFrame, { pageSize, mostPages }: Start): boolean {
  return data.byteLength === pageSize && page >= 1 && page <= mostPages && sizeAfter <= mostPages;
}

/** Yields the frames up to anything else. However they end, another method follows. */
async function* untilOver(frames: AsyncIterable<LogFrame | string>): AsyncGenerator<LogFrame> {
  const left = frames[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await left.next();
      if (next.done === true || typeof next.value === 'string') return;
      yield next.value;
    }
  } catch (error) {
    if (!(error instanceof TursoSyncError)) throw error;
  } finally {
    // Also closes the connection.
    await left.return?.(undefined);
  }
}
