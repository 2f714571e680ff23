import fs from 'node:fs';
import path from 'node:path';
import type { Project } from '../project';
import { fileSystemError } from './disk';

/** The purpose of one of our files. */
export type FileKind =
  /** The reference point for changes. */
  | 'base'
  /** Copies of the remote, including those in Nx's cache. */
  | 'snapshot'
  /** `original_dump.sql`, and output of `dump` beside the base. */
  | 'dumps'
  /** A running or interrupted push or pull. */
  | 'journals'
  /** Data to undo pushes. */
  | 'undo'
  /** Saved plans that include rows without a key. */
  | 'plans'
  /** Copies of the working copy from before pulls, undos and `init --force`. */
  | 'backups'
  /** The latest output of `diff` and other commands, for people and tools. */
  | 'reports'
  /** The replica of a live connection. */
  | 'replica'
  /** Folders of runs, including remains of dead runs. */
  | 'temporary'
  /** The lock, notes, and unknown files. */
  | 'other';

/** A file in turso-sync's keeping. */
export interface KeptFile {
  readonly path: string;
  readonly kind: FileKind;
  /** Size on the disk. All names of the same file have the same size. */
  readonly bytes: number;
  /** The identity of a file with several names. */
  readonly inode: string;
  /** Number of names of the file, anywhere. */
  readonly names: number;
  /** The file's creation time as far as it is known, in milliseconds. */
  readonly madeAt: number;
}

/**
 * Lists all files of a project's state folder, for every environment, and the dated backups beside the working copies.
 * Does not follow links. Throws FILE_INACCESSIBLE.
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
  // Windows reports no blocks.
  const bytes = blocks > 0 || size === 0 ? blocks * 512 : size;
  const madeAt = kind === 'backups' ? (dateOf(file) ?? mtimeMs) : mtimeMs;
  return { path: file, kind, bytes, inode: `${dev}:${ino}`, names: nlink, madeAt };
}

/** Returns the kind of a file, by the parts of its path in the state folder. */
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

/** Companion files in a backup of a damaged or invalid database. */
const PARTS = ['-wal', '-journal', '-log'];

/** Returns the date in a backup's name: its creation time. A linked file is as old as its source. */
function dateOf(file: string): number | null {
  const [, day, hours, minutes, seconds, rest] =
    /(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)-(\d{3}Z)/.exec(path.basename(file)) ?? [];
  return day === undefined ? null : Date.parse(`${day}T${hours}:${minutes}:${seconds}.${rest}`);
}
