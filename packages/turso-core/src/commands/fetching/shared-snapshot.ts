import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { systemCode } from '../../errors';
import { timed, type OnEvent, type Progress } from '../../events';
import { snapshotFiles, type SnapshotFiles } from '../../project/project';
import { copyDatabase } from '../../project/state/copy-database';
import {
  isOfExclude,
  soundManifest,
  type Manifest,
  type SnapshotContent,
} from '../../project/state/manifest';
import type { RemoteIdentity } from '../../remote/identity';
import type { LeftOutTable } from '../../sqlite/schema/left-out';
import type { Exclude } from '../../sqlite/schema/exclude';
import { holdExclusively } from '../../sqlite/files/exclusive';
import { version } from '../../version';

/** The places for sharing snapshots with other projects of the same workspace. */
export interface Sharing {
  /** The folders of their snapshots, absolute. Some may be missing or have other remotes. */
  readonly snapshots: readonly string[];
  /** A folder for empty lock files, one for each remote; created if it is missing. */
  readonly locks: string;
}

/** The facts a snapshot must match to be copied instead of downloaded. */
export interface Wanted {
  readonly identity: RemoteIdentity;
  readonly fingerprint: string;
  readonly exclude: Exclude;
}

/** A copied snapshot of another project. */
export interface SharedSnapshot {
  readonly manifest: Manifest;
  readonly content: SnapshotContent;
  /** Its folder. */
  readonly folder: string;
}

/** The longest wait for another project with the same download, in milliseconds. */
const PATIENCE = 600_000;

/** Time between two attempts to get a lock, in milliseconds. */
const INTERVAL = 50;

/**
 * Runs `work` while no other project of the workspace takes a snapshot of the same remote. The second project then
 * finds the first one's download. If the lock is not available, `work` runs without it.
 */
export async function inTurn<T>(
  { locks }: Sharing,
  identity: RemoteIdentity,
  work: () => Promise<T>,
): Promise<T> {
  const name = createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 16);
  const lock = await acquire(path.join(locks, `turso-sync-snapshot-${name}.lock`));
  try {
    return await work();
  } finally {
    lock?.close();
  }
}

async function acquire(file: string): Promise<{ close(): unknown } | null> {
  const end = performance.now() + PATIENCE;
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true });
  } catch {
    return null;
  }
  for (;;) {
    try {
      return holdExclusively(file);
    } catch (error) {
      if (!systemCode(error).startsWith('SQLITE_BUSY') || performance.now() > end) return null;
      await setTimeout(INTERVAL);
    }
  }
}

/** Describes a downloaded database for other projects to copy. */
export async function describeContent(
  file: string,
  leftOut: readonly LeftOutTable[],
): Promise<SnapshotContent> {
  return { version, sha256: await digestOf(file), leftOut };
}

/**
 * Copies the snapshot of another project with exactly this content. Warns of a damaged one and does not use it. Null if
 * there is none. Throws DISK_FULL and FILE_INACCESSIBLE.
 */
export async function copyShared(
  { snapshots }: Sharing,
  wanted: Wanted,
  to: string,
  onEvent?: OnEvent,
): Promise<SharedSnapshot | null> {
  for (const folder of snapshots) {
    const files = snapshotFiles(folder);
    const manifest = readShared(files, wanted);
    const { content } = manifest ?? {};
    if (manifest === null || content === undefined || !fs.existsSync(files.database)) continue;
    const digest = await timed(onEvent, 'check', (onProgress) => {
      copyDatabase(files.database, to);
      return digestOf(to, onProgress);
    });
    if (digest === content.sha256) return { manifest, content, folder };
    fs.rmSync(to);
    // No warning if a new snapshot has replaced it meanwhile.
    if (readShared(files, wanted)?.content?.sha256 === content.sha256)
      onEvent?.({ type: 'warning', message: `The snapshot in ${folder} is damaged, so it is not copied.` });
  }
  return null;
}

function readShared(files: SnapshotFiles, { identity, fingerprint, exclude }: Wanted): Manifest | null {
  let manifest: Manifest | null;
  try {
    manifest = soundManifest(files);
  } catch {
    // The next command in that project reports the problem.
    return null;
  }
  const isMeant =
    manifest?.content?.version === version &&
    manifest.identity !== undefined &&
    JSON.stringify(manifest.identity) === JSON.stringify(identity) &&
    manifest.fingerprint === fingerprint &&
    isOfExclude(manifest, exclude);
  return isMeant ? manifest : null;
}

async function digestOf(file: string, onProgress?: (progress: Progress) => void): Promise<string> {
  const digest = createHash('sha256');
  const total = fs.statSync(file).size;
  let done = 0;
  for await (const piece of fs.createReadStream(file, { highWaterMark: 1 << 20 })) {
    digest.update(piece as Buffer);
    onProgress?.({ done: (done += (piece as Buffer).length), total, unit: 'bytes' });
  }
  return digest.digest('hex');
}
