import fs from 'node:fs';
import path from 'node:path';
import type { Project } from '../project';
import { fileSystemError } from './disk';

/** What a file of ours is for. */
export type FileKind =
  /** What changes are measured against. */
  | 'base'
  /** The remote as it was, also what Nx keeps of it. */
  | 'snapshot'
  /** `original_dump.sql`, and what `dump` has written beside the base. */
  | 'dumps'
  /** A push or a pull that is under way, or was cut off. */
  | 'journals'
  /** What takes a push back. */
  | 'undo'
  /** Plans with rows without a key that were saved here. */
  | 'plans'
  /** The working copy as it was before pulls, undos and `init --force`. */
  | 'backups'
  /** What `diff` and other commands have written last for people and tools. */
  | 'reports'
  /** The replica of a live connection. */
  | 'replica'
  /** Folders of runs; those of runs that died are left over. */
  | 'temporary'
  /** The lock, notes, and what is not known. */
  | 'other';

/** A file that turso-sync keeps. */
export interface KeptFile {
  readonly path: string;
  readonly kind: FileKind;
  /** What it takes on the disk; names of the same file have the same. */
  readonly bytes: number;
  /** Tells files apart that have several names. */
  readonly inode: string;
  /** Names that the file has, anywhere. */
  readonly names: number;
  /** When it was made, as far as that is known, in milliseconds. */
  readonly madeAt: number;
}

/**
 * All files of a project's state folder, of every environment, and the dated backups beside the working copies. Links are not
 * followed. Throws FILE_INACCESSIBLE.
 */
export function listKept(project: Project): KeptFile[] {
  const { directory } = project.files;
  const copies = new Set([project, ...project.siblings()].map(({ workingCopy }) => workingCopy));
  const replica = path.relative(directory, project.replica);
  try {
    return [
      ...filesBelow(directory).map((file) =>
        described(file, kindOf(path.relative(directory, file).split(path.sep), replica)),
      ),
      ...[...copies].flatMap(backupsBeside).map((file) => described(file, 'backups')),
    ];
  } catch (error) {
    throw fileSystemError(error, directory);
  }
}

function filesBelow(folder: string): string[] {
  const entries = fs.existsSync(folder) ? fs.readdirSync(folder, { withFileTypes: true }) : [];
  return entries.flatMap((entry) => {
    const file = path.join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(file) : entry.isFile() ? [file] : [];
  });
}

function described(file: string, kind: FileKind): KeptFile {
  const { ino, dev, nlink, blocks, size, mtimeMs } = fs.statSync(file);
  // Windows tells no blocks.
  const bytes = blocks > 0 || size === 0 ? blocks * 512 : size;
  const madeAt = kind === 'backups' ? (dateOf(file) ?? mtimeMs) : mtimeMs;
  return { path: file, kind, bytes, inode: `${dev}:${ino}`, names: nlink, madeAt };
}

/** By a file's names from the state folder on. */
function kindOf([first = '', second = '', third = '']: readonly string[], replica: string): FileKind {
  if (first.startsWith('tmp-')) return 'temporary';
  if (first === 'backups') return 'backups';
  if (first === 'live' || first.startsWith(replica)) return 'replica';
  if (third.endsWith('.sql') && /^(base|snapshot)\b/.test(second)) return 'dumps';
  if (second.startsWith('base')) return 'base';
  if (second.startsWith('snapshot')) return 'snapshot';
  if (second === 'pushes') return 'undo';
  if (second === 'plans') return 'plans';
  if (/^(incoming\b.*|pu(sh|ll)\.json.*|push(-from|-base)?\.db)$/.test(second)) return 'journals';
  return /^(diff\.sql|changes\.json|conflicts\.json|rows\.txt|report\.\w+)$/.test(second)
    ? 'reports'
    : 'other';
}

function backupsBeside(workingCopy: string): string[] {
  const { dir, name, ext } = path.parse(workingCopy);
  if (!fs.existsSync(dir)) return [];
  return fs
    .readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.startsWith(`${name}.backup-`))
    .filter((entry) => {
      const rest = entry.name.slice(`${name}.backup-`.length);
      const dated = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z(?:-\d+)?(.*)$/.exec(rest)?.[1];
      return dated !== undefined && [ext, ...PARTS.map((part) => ext + part)].includes(dated);
    })
    .map((entry) => path.join(dir, entry.name));
}

/** Files that belong to a backup of what was no sound database. */
const PARTS = ['-wal', '-journal', '-log'];

/** The date in a backup's name, which is when it was made: a file that is linked is as old as what it is of. */
function dateOf(file: string): number | null {
  const [, day, hours, minutes, seconds, rest] =
    /(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)-(\d{3}Z)/.exec(path.basename(file)) ?? [];
  return day === undefined ? null : Date.parse(`${day}T${hours}:${minutes}:${seconds}.${rest}`);
}
