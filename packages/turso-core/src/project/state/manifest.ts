import fs from 'node:fs';
import { TursoSyncError, systemCode } from '../../errors';
import type { SetAside } from '../../sqlite/schema/set-aside';
import type { RemoteIdentity } from '../../remote/identity';
import type { SnapshotMethod } from '../../remote/remote';
import { includesAll, isExcluded, type Exclude } from '../../sqlite/schema/exclude';
import type { LeftOutTable } from '../../sqlite/schema/left-out';
import { fileSystemError } from './disk';
import type { BaselineFiles } from '../project';

/** Version of the state folder's layout. A newer one is refused, never guessed at. */
export const STATE_FORMAT = 1;

/** What `manifest.json` beside a baseline tells about it. */
export interface Manifest {
  readonly formatVersion: number;
  /** When the content was taken from the remote, or last made equal to it by a push; ISO 8601. */
  readonly createdAt: string;
  /** The remote's URL without credentials. */
  readonly remote: string;
  /** Which remote that is; absent if version 0.1 wrote it. */
  readonly identity?: RemoteIdentity;
  /** The remote's mark at that time, or null where it has none. */
  readonly fingerprint: string | null;
  /** How it was taken; `push` where it is what was pushed. */
  readonly method: SnapshotMethod | 'push';
  /** Size of the baseline, in bytes. */
  readonly bytes: number;
  /** What is on the remote and not in the baseline, since plain SQLite cannot hold it. */
  readonly setAside: readonly SetAside[];
  /** Tables whose hidden rowids are not the same there and here, since both gave out the same or VACUUM renumbered them. */
  readonly movedRowids?: readonly string[];
  /** Receipts of saved plans that the content has: none of them is claimed once more. */
  readonly claimed?: readonly string[];
  /** Set if the remote refused a `user_version`: it stays what each side has. */
  readonly userVersionStaysLocal?: true;
  /** What was excluded: it is on the remote and not in the baseline. Absent if that was nothing. */
  readonly exclude?: {
    /** Names and patterns, as the config had them. */
    readonly patterns: Exclude;
    /** The tables and views that they matched when a snapshot was taken. */
    readonly tables: readonly string[];
  };
  /**
   * Which file has the remote's own pages, and at which mark: `baseline.db`, or `origin.db` beside it. Absent if none has. A later snapshot
   * can start from it.
   */
  readonly pages?: {
    readonly file: 'baseline' | 'origin';
    readonly at: string;
    /** The CRC-32 of that file. */
    readonly crc?: number;
  };
  /** Set if the rows are just what the remote had at the mark, so that a snapshot of that mark can be made of it. */
  readonly asRemote?: {
    /** What is on the remote and not in the baseline. */
    readonly leftOut: readonly LeftOutTable[];
    /** Whether the file was the working copy, whose unused space may hold what never was on the remote. */
    readonly isLocal: boolean;
  };
  /** What lets another project copy a snapshot; absent unless it was taken to be shared. */
  readonly content?: SnapshotContent;
}

/** The content of a snapshot, for other projects with the same remote. */
export interface SnapshotContent {
  /** The version of turso-sync that has taken it. */
  readonly version: string;
  /** The digest of `baseline.db`, in hexadecimal. */
  readonly sha256: string;
  /** What is on the remote and not in the snapshot. */
  readonly leftOut: readonly LeftOutTable[];
}

/** A manifest of a baseline without what a project excludes now. */
export function withExclude<T extends Partial<Manifest>>(
  { exclude: known, ...manifest }: T,
  patterns: Exclude,
  tables: readonly string[] = known?.tables ?? [],
): Omit<T, 'exclude'> & Pick<Manifest, 'exclude'> {
  const excluded = tables.filter((name) => isExcluded(name, patterns));
  return patterns.length === 0 ? manifest : { ...manifest, exclude: { patterns, tables: excluded } };
}

/** Whether a baseline lacks just what a project excludes now. */
export function isOfExclude({ exclude }: Manifest, now: Exclude): boolean {
  const { patterns = [] } = exclude ?? {};
  return includesAll(patterns, now) && includesAll(now, patterns);
}

/**
 * The remote's mark at the time of a baseline. Null also if it lacks what is not excluded any more, since the remote may have it
 * without having changed.
 */
export function knownMark({ exclude, fingerprint }: Manifest, now: Exclude): string | null {
  return includesAll(now, exclude?.patterns ?? []) ? fingerprint : null;
}

/** A manifest that names more tables whose hidden rowids are not the same on both sides. */
export function withMovedRowids(manifest: Manifest, tables: readonly string[]): Manifest {
  return { ...manifest, movedRowids: [...new Set([...(manifest.movedRowids ?? []), ...tables])] };
}

/**
 * The manifest of a baseline whose file is another from now on. After a push the old file is kept as `origin.db`, so its pages are still
 * known.
 */
export function withoutFile({ pages, asRemote: _, ...manifest }: Manifest): Manifest {
  return pages === undefined || manifest.method !== 'push'
    ? manifest
    : { ...manifest, pages: { ...pages, file: 'origin' } };
}

/** Writes the manifest of a baseline. */
export function writeManifest(files: BaselineFiles, manifest: Omit<Manifest, 'formatVersion'>): Manifest {
  const whole = { formatVersion: STATE_FORMAT, ...manifest };
  fs.writeFileSync(files.manifest, `${JSON.stringify(whole, null, 2)}\n`);
  return whole;
}

/** Reads a baseline's manifest, or null where there is none. Throws STATE_TOO_NEW and BASELINE_DAMAGED. */
export function readManifest(files: BaselineFiles): Manifest | null {
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

/** Throws STATE_TOO_NEW for what a newer version has written; what cannot be read may be replaced. */
export function refuseNewer(files: BaselineFiles): void {
  try {
    readManifest(files);
  } catch (error) {
    if (!(error instanceof TursoSyncError && error.code === 'BASELINE_DAMAGED')) throw error;
  }
}

/** The manifest of a baseline that must be whole: its database is there, and has the size that was noted. */
export function requireBaseline(files: BaselineFiles): Manifest | null {
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

/** The manifest of a baseline, or null where there is none that is whole. Throws STATE_TOO_NEW. */
export function soundBaseline(files: BaselineFiles): Manifest | null {
  try {
    return requireBaseline(files);
  } catch (error) {
    if (error instanceof TursoSyncError && error.code === 'BASELINE_DAMAGED') return null;
    throw error;
  }
}

/** The error for a baseline that is not what was written. */
export function damaged(files: BaselineFiles, reason: string, cause?: unknown): TursoSyncError {
  return new TursoSyncError('BASELINE_DAMAGED', `The baseline in ${files.directory} is damaged: ${reason}.`, {
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
