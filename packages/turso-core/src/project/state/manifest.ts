import fs from 'node:fs';
import { TursoSyncError, systemCode } from '../../errors';
import type { SetAside } from '../../sqlite/schema/set-aside';
import type { RemoteIdentity } from '../../remote/identity';
import type { SnapshotMethod } from '../../remote/remote';
import { includesAll, isExcluded, type Exclude } from '../../sqlite/schema/exclude';
import type { LeftOutTable } from '../../sqlite/schema/left-out';
import { fileSystemError } from './disk';
import type { SnapshotFiles } from '../project';

/** Version of the state folder's layout. Newer versions are refused, never guessed at. */
export const STATE_FORMAT = 1;

/** The content of `manifest.json` beside a snapshot. */
export interface Manifest {
  /** Version of the layout of the state folder. */
  readonly formatVersion: number;
  /** When the content was taken from the remote, or last made equal to it by a push; ISO 8601. */
  readonly createdAt: string;
  /** The remote's URL without credentials. */
  readonly remote: string;
  /** The remote's identity; absent in manifests of early builds. */
  readonly identity?: RemoteIdentity;
  /** The remote's fingerprint at that time, or null if it has none. */
  readonly fingerprint: string | null;
  /** The method of the snapshot; `push` if the content came from a push. */
  readonly method: SnapshotMethod | 'push';
  /** Size of the snapshot, in bytes. */
  readonly bytes: number;
  /** Objects of the remote omitted from the snapshot, because plain SQLite cannot hold them. */
  readonly setAside: readonly SetAside[];
  /** Tables with different hidden rowids on the two sides: both assigned the same ones, or VACUUM renumbered them. */
  readonly movedRowids?: readonly string[];
  /** Receipts of saved plans already in the content: none of them may count twice. */
  readonly claimed?: readonly string[];
  /** Set if the remote refused a `user_version`: each side then keeps its own. */
  readonly userVersionStaysLocal?: true;
  /** Content of the remote excluded from the snapshot. Absent if nothing is excluded. */
  readonly exclude?: {
    /** Names and patterns, as in the config. */
    readonly patterns: readonly string[];
    /** The matching tables and views at the time of a snapshot. */
    readonly tables: readonly string[];
  };
  /**
   * The file with the remote's own pages, and their fingerprint: `baseline.db`, or `origin.db` beside it. Absent if
   * neither has them. A later snapshot can start from it.
   */
  readonly pages?: {
    readonly file: 'baseline' | 'origin';
    readonly at: string;
    /** The CRC-32 of that file. */
    readonly crc?: number;
  };
  /** Set if the rows exactly match the remote at the fingerprint. A snapshot of that state can then be made from it. */
  readonly asRemote?: {
    /** Tables of the remote omitted from the snapshot. */
    readonly leftOut: readonly LeftOutTable[];
    /** Whether the file was the working copy. Its unused space may contain data that never was on the remote. */
    readonly isLocal: boolean;
  };
  /** Data for other projects to copy a snapshot; absent unless it was taken for sharing. */
  readonly content?: SnapshotContent;
}

/** The content of a snapshot, for other projects with the same remote. */
export interface SnapshotContent {
  /** The version of turso-sync that took the snapshot. */
  readonly version: string;
  /** The digest of `baseline.db`, in hexadecimal. */
  readonly sha256: string;
  /** Tables of the remote omitted from the snapshot. */
  readonly leftOut: readonly LeftOutTable[];
}

/** Returns the manifest of a snapshot after removing the tables a project now excludes. */
export function withExclude<T extends Partial<Manifest>>(
  { exclude: known, ...manifest }: T,
  patterns: Exclude,
  tables: readonly string[] = known?.tables ?? [],
): Omit<T, 'exclude'> & Pick<Manifest, 'exclude'> {
  const excluded = tables.filter((name) => isExcluded(name, patterns));
  return patterns.length === 0 ? manifest : { ...manifest, exclude: { patterns, tables: excluded } };
}

/** Checks whether a snapshot lacks exactly the content a project now excludes. */
export function isOfExclude({ exclude }: Manifest, now: Exclude): boolean {
  const { patterns = [] } = exclude ?? {};
  return includesAll(patterns, now) && includesAll(now, patterns);
}

/**
 * Returns the remote's fingerprint at the time of a snapshot. Also returns null if the snapshot lacks content no longer
 * excluded: the remote may have it without a change.
 */
export function fingerprintUnder({ exclude, fingerprint }: Manifest, now: Exclude): string | null {
  return includesAll(now, exclude?.patterns ?? []) ? fingerprint : null;
}

/** Returns a manifest with more tables whose hidden rowids differ between the sides. */
export function withMovedRowids(manifest: Manifest, tables: readonly string[]): Manifest {
  return { ...manifest, movedRowids: [...new Set([...(manifest.movedRowids ?? []), ...tables])] };
}

/**
 * Returns the manifest of a snapshot for a new file. After a push, the old file becomes `origin.db`, so its pages are
 * still known.
 */
export function withoutFile({ pages, asRemote: _, ...manifest }: Manifest): Manifest {
  return pages === undefined || manifest.method !== 'push'
    ? manifest
    : { ...manifest, pages: { ...pages, file: 'origin' } };
}

/** Writes the manifest of a snapshot. */
export function writeManifest(files: SnapshotFiles, manifest: Omit<Manifest, 'formatVersion'>): Manifest {
  const whole = { formatVersion: STATE_FORMAT, ...manifest };
  fs.writeFileSync(files.manifest, `${JSON.stringify(whole, null, 2)}\n`);
  return whole;
}

/** Reads a snapshot's manifest, or returns null if there is none. Throws STATE_TOO_NEW and BASE_DAMAGED. */
export function readManifest(files: SnapshotFiles): Manifest | null {
  let text: string;
  try {
    text = fs.readFileSync(files.manifest, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    // Taking a new snapshot would not help.
    if (/^E(ACCES|PERM|NOTDIR)$/.test(systemCode(error))) throw fileSystemError(error, files.manifest);
    throw damaged(files, 'its manifest.json cannot be read', error);
  }
  const manifest = parse(text);
  if (manifest === null) throw damaged(files, 'its manifest.json cannot be read');
  if (manifest.formatVersion > STATE_FORMAT) {
    throw new TursoSyncError(
      'STATE_TOO_NEW',
      `${files.directory} was written by a newer turso-sync (format ${manifest.formatVersion}, this one knows ${STATE_FORMAT}).`,
      { hint: 'Update turso-sync in this workspace. The folder was left as it is.' },
    );
  }
  return manifest;
}

/** Throws STATE_TOO_NEW for files of a newer version. Unreadable files may be replaced. */
export function refuseNewer(files: SnapshotFiles): void {
  try {
    readManifest(files);
  } catch (error) {
    if (!(error instanceof TursoSyncError && error.code === 'BASE_DAMAGED')) throw error;
  }
}

/**
 * Returns the manifest of a snapshot, or null if there is none. Throws BASE_DAMAGED unless its database exists with
 * the noted size.
 */
export function requireManifest(files: SnapshotFiles): Manifest | null {
  const manifest = readManifest(files);
  if (manifest === null) return null;
  const found = fs.statSync(files.database, { throwIfNoEntry: false });
  if (found === undefined) throw damaged(files, 'baseline.db is missing');
  if (!found.isFile()) throw damaged(files, 'baseline.db is not a file');
  const { size } = found;
  if (size !== manifest.bytes)
    throw damaged(files, `baseline.db has ${size} bytes instead of ${manifest.bytes}`);
  return manifest;
}

/** Returns the manifest of a complete snapshot, or null if there is none. Throws STATE_TOO_NEW. */
export function soundManifest(files: SnapshotFiles): Manifest | null {
  try {
    return requireManifest(files);
  } catch (error) {
    if (error instanceof TursoSyncError && error.code === 'BASE_DAMAGED') return null;
    throw error;
  }
}

/** Creates the error for a damaged snapshot. */
export function damaged(files: SnapshotFiles, reason: string, cause?: unknown): TursoSyncError {
  return new TursoSyncError('BASE_DAMAGED', `The snapshot in ${files.directory} is damaged: ${reason}.`, {
    hint: 'Run `turso-sync init --keep-edits`: it keeps the working copy, and everything that differs from the remote counts as your edit. Or `turso-sync init --force`: it takes the remote, and keeps a dated backup.',
    cause,
  });
}

function parse(text: string): Manifest | null {
  try {
    const value = JSON.parse(text) as Omit<Manifest, 'setAside'> & Partial<Manifest>;
    if (!Number.isInteger(value.formatVersion)) return null;
    const isKnown = value.formatVersion > STATE_FORMAT || isWhole(value);
    return isKnown ? { ...value, setAside: value.setAside ?? [] } : null;
  } catch {
    return null;
  }
}

function isWhole({
  createdAt,
  remote,
  fingerprint,
  method,
  bytes,
  exclude,
  content,
  pages,
  asRemote,
}: Partial<Manifest>): boolean {
  const texts = [createdAt, remote, method, fingerprint ?? ''];
  const isKnown = texts.every((text) => typeof text === 'string') && typeof bytes === 'number';
  const isOrAbsent = (part: unknown, isGood: (value: unknown) => boolean): boolean =>
    part === undefined || isGood(part);
  return (
    isKnown &&
    isOrAbsent(exclude, isExclude) &&
    isOrAbsent(content, isContent) &&
    isOrAbsent(pages, isPages) &&
    isOrAbsent(asRemote, isAsRemote)
  );
}

function isContent(value: unknown): boolean {
  const { version, sha256, leftOut } = (value ?? {}) as Partial<Record<keyof SnapshotContent, unknown>>;
  return typeof version === 'string' && typeof sha256 === 'string' && isLeftOut(leftOut);
}

function isPages(value: unknown): boolean {
  const {
    file,
    at,
    crc = 0,
  } = (value ?? {}) as Partial<Record<keyof NonNullable<Manifest['pages']>, unknown>>;
  return (file === 'baseline' || file === 'origin') && typeof at === 'string' && typeof crc === 'number';
}

function isAsRemote(value: unknown): boolean {
  const { leftOut, isLocal } = (value ?? {}) as Partial<
    Record<keyof NonNullable<Manifest['asRemote']>, unknown>
  >;
  return typeof isLocal === 'boolean' && isLeftOut(leftOut);
}

function isLeftOut(value: unknown): boolean {
  const isTable = (table: unknown): boolean => {
    const { name, owner } = (table ?? {}) as Partial<Record<keyof LeftOutTable, unknown>>;
    return typeof name === 'string' && (owner === null || typeof owner === 'string');
  };
  return Array.isArray(value) && value.every(isTable);
}

function isExclude(value: unknown): boolean {
  const { patterns, tables } = (value ?? {}) as Partial<Record<'patterns' | 'tables', unknown>>;
  const isTexts = (list: unknown): boolean =>
    Array.isArray(list) && list.every((text) => typeof text === 'string');
  return isTexts(patterns) && isTexts(tables);
}
