import fs from 'node:fs';
import path from 'node:path';
import type { OnEvent } from '../events';
import type { Project } from '../project/project';
import { fileSystemError } from '../project/state/disk';
import { listKept, type FileKind, type KeptFile } from '../project/state/inventory';
import { withState } from '../project/state/open-state';
import { isLeftOver, removeLeftovers } from '../project/state/temporary';
import { receiptAge } from '../sqlite/receipt';
import { verb } from './apart/verb';
import { reportRun, type Reported } from './reporting/report-run';
import { MOST_DAYS } from './sending/claim-plans';
import { pushes } from './undo';

/** What `clean` may be told. */
export interface CleanOptions {
  /** Remove what can go. Default is false: only tell. */
  readonly force?: boolean;
  /** All backups of working copies can go. Default is false: those older than 7 days, but for the latest of each. */
  readonly backups?: boolean;
  /** All records of pushes can go; no push can be undone afterwards. Default is false: only those that are damaged. */
  readonly undo?: boolean;
  /** Dumps of whole databases can go. Default is false. */
  readonly dumps?: boolean;
  readonly onEvent?: OnEvent;
}

/** What `clean` answers. */
export interface CleanResult {
  /** Whether what can go was removed. */
  readonly isRemoved: boolean;
  /** What the files took on the disk before, in bytes; a file with several names counts once. */
  readonly bytes: number;
  /** What is free afterwards, or would be. */
  readonly freed: number;
  readonly kinds: readonly CleanedKind[];
  /** The files that can go, or are gone. */
  readonly files: readonly string[];
}

/** The files of one kind. */
export interface CleanedKind {
  readonly kind: FileKind;
  readonly files: number;
  /** What they take on the disk; a file with several names counts for the first kind. */
  readonly bytes: number;
  /** How many can go. */
  readonly removable: number;
  /** The option that lets all of them go, or null. */
  readonly option: 'backups' | 'undo' | 'dumps' | null;
}

const KINDS: readonly FileKind[] = [
  ...(['base', 'snapshot', 'dumps', 'journals', 'undo', 'plans'] as const),
  ...(['backups', 'reports', 'replica', 'temporary', 'other'] as const),
];

const DAY = 86_400_000;

/** Age from which on backups can go, in days. */
const BACKUP_DAYS = 7;

/**
 * Tells what a project's state folder holds, of all environments, and the dated backups beside the working copy; removes what is of no
 * use any more, if told to. What a push, a pull or an undo needs stays. Throws STATE_LOCKED, STATE_FOREIGN and FILE_INACCESSIBLE.
 *
 * @example
 * ```ts
 * import { clean, loadProject } from 'turso-core';
 *
 * const { freed } = await clean(await loadProject(), { force: true });
 * ```
 */
export const clean = verb('clean', cleanHere);

async function cleanHere(project: Project, options: CleanOptions = {}): Promise<Reported<CleanResult>> {
  return reportRun(project, options.onEvent, async () => {
    // A folder that does not exist need not be made for that, and nobody works on it.
    if (!fs.existsSync(project.files.directory)) return cleanLocked(project, options);
    return withState(project, 'clean', () => Promise.resolve(cleanLocked(project, options)));
  });
}

function cleanLocked(project: Project, options: CleanOptions): CleanResult {
  const kept = listKept(project);
  const goes = removable(project, kept, options);
  const result = resultOf(kept, goes, options);
  if (options.force === true) remove(project, goes);
  return result;
}

function removable(project: Project, kept: readonly KeptFile[], options: CleanOptions): Set<KeptFile> {
  const now = Date.now();
  const damaged = [project, ...project.siblings()].flatMap(damagedPushes);
  const latest = latestBackups(kept);
  const busy = new Set(kept.filter(({ kind }) => kind === 'journals').map(environmentOf));
  const canGo: Readonly<Partial<Record<FileKind, (file: KeptFile) => boolean>>> = {
    temporary: (file) => isLeftOver(project.files.directory, file.path),
    dumps: () => options.dumps === true,
    backups: (file) =>
      options.backups === true || (now - file.madeAt > BACKUP_DAYS * DAY && !latest.has(file)),
    // A push under way has its number among them.
    undo: (file) =>
      !busy.has(environmentOf(file)) &&
      (options.undo === true || damaged.some((start) => file.path.startsWith(start))),
    plans: (file) => receiptAge(path.basename(file.path, '.json')) > MOST_DAYS,
  };
  return new Set(kept.filter((file) => canGo[file.kind]?.(file) === true));

  function environmentOf(file: KeptFile): string {
    return path.relative(project.files.directory, file.path).split(path.sep)[0] ?? '';
  }
}

/** How the files of pushes begin whose records are damaged. The latest stays, or an older one would be undone in its place. */
function damagedPushes(project: Project): string[] {
  return pushes(project)
    .slice(1)
    .flatMap(({ number, problem }) =>
      problem === null ? [] : [path.join(project.files.pushes, `${number}.`)],
    );
}

/** The latest backup of each working copy and kind, with all its parts. */
function latestBackups(kept: readonly KeptFile[]): Set<KeptFile> {
  const backups = kept.filter(({ kind }) => kind === 'backups');
  const latest = new Map<string, number>();
  for (const file of backups) {
    const of = nameWithoutDate(file);
    latest.set(of, Math.max(latest.get(of) ?? -Infinity, file.madeAt));
  }
  return new Set(backups.filter((file) => file.madeAt === latest.get(nameWithoutDate(file))));
}

function nameWithoutDate({ path: file }: KeptFile): string {
  return file.replace(/(?:\d+-)?\d{4}-\d\d-\d\dT[^/\\]*$/, '');
}

function resultOf(
  kept: readonly KeptFile[],
  goes: ReadonlySet<KeptFile>,
  options: CleanOptions,
): CleanResult {
  const counted = new Set<string>();
  const kinds = KINDS.flatMap((kind): CleanedKind[] => {
    const files = kept.filter((file) => file.kind === kind);
    let bytes = 0;
    for (const file of files) {
      if (!counted.has(file.inode)) bytes += file.bytes;
      counted.add(file.inode);
    }
    const option = kind === 'backups' || kind === 'undo' || kind === 'dumps' ? kind : null;
    const removed = files.filter((file) => goes.has(file)).length;
    return files.length === 0 ? [] : [{ kind, files: files.length, bytes, removable: removed, option }];
  });
  const files = [...goes].map((file) => file.path);
  const bytes = kinds.reduce((sum, kind) => sum + kind.bytes, 0);
  return { isRemoved: options.force === true, bytes, freed: freedBy(goes), kinds, files };
}

/** A file is gone with the last of its names. */
function freedBy(goes: ReadonlySet<KeptFile>): number {
  const going = new Map<string, number>();
  let freed = 0;
  for (const { inode, names, bytes } of goes) {
    const count = (going.get(inode) ?? 0) + 1;
    going.set(inode, count);
    if (count === names) freed += bytes;
  }
  return freed;
}

function remove({ files: { directory } }: Project, goes: ReadonlySet<KeptFile>): void {
  try {
    // Whole folders, with their locks.
    if ([...goes].some(({ kind }) => kind === 'temporary')) removeLeftovers(directory);
    for (const { path: file } of goes) fs.rmSync(file, { force: true });
  } catch (error) {
    throw fileSystemError(error, directory);
  }
}
