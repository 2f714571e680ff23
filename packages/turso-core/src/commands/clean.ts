import fs from 'node:fs';
import path from 'node:path';
import { timed, type Progress, type VerbOptions } from '../events';
import type { Project } from '../project/project';
import { fileSystemError } from '../project/state/disk';
import { listKept, type FileKind, type KeptFile } from '../project/state/inventory';
import { withState } from '../project/state/open-state';
import { isLeftOver, removeLeftovers } from '../project/state/temporary';
import { receiptAge } from '../sqlite/receipt';
import { verb } from './apart/verb';
import type { Own, VerbResult } from './verb-result';
import { MOST_DAYS } from './sending/claim-plans';
import { pushes } from './undo';

/** Options of `clean`. */
export interface CleanOptions extends VerbOptions {
  /** Removes the removable files. Default is false: only reports them. */
  readonly force?: boolean;
  /**
   * Makes all backups of working copies removable. Default is false: only backups older than 7 days, except the latest
   * of each working copy.
   */
  readonly backups?: boolean;
  /**
   * Makes all records of pushes removable; afterwards no push can be undone. Default is false: only damaged records.
   */
  readonly undo?: boolean;
  /** Makes dumps of whole databases removable. Default is false. */
  readonly dumps?: boolean;
}

/** Result of `clean`. */
export interface CleanResult extends VerbResult {
  /** `removed` if the removable files were removed, `listed` without `force`. */
  readonly outcome: 'listed' | 'removed';
  /** Disk space of the files before, in bytes. A file with several names counts once. */
  readonly bytes: number;
  /** Disk space freed, or to be freed without `force`, in bytes. */
  readonly freed: number;
  /** The files by kind. */
  readonly kinds: readonly CleanedKind[];
  /** The removable or removed files. */
  readonly files: readonly string[];
}

/** The files of one kind. */
export interface CleanedKind {
  /** What the files are for. */
  readonly kind: FileKind;
  /** Number of files. */
  readonly files: number;
  /** Their disk space, in bytes. A file with several names counts for its first kind only. */
  readonly bytes: number;
  /** Number of removable files. */
  readonly removable: number;
  /** The option to make all of them removable, or null. */
  readonly option: 'backups' | 'undo' | 'dumps' | null;
}

const KINDS: readonly FileKind[] = [
  ...(['base', 'snapshot', 'dumps', 'journals', 'undo', 'plans'] as const),
  ...(['backups', 'reports', 'replica', 'temporary', 'other'] as const),
];

const DAY = 86_400_000;

/** Age from which backups are removable, in days. */
const BACKUP_DAYS = 7;

/**
 * Lists the files in a project's state folder, of all environments, and the dated backups beside the working copy. With
 * `force`, removes files no longer of use. Files needed by a push, a pull or an undo stay.
 * Throws STATE_LOCKED, STATE_FOREIGN and FILE_INACCESSIBLE.
 *
 * @example
 * ```ts
 * import { clean, loadProject } from 'turso-core';
 *
 * const { freed } = await clean(await loadProject(), { force: true });
 * ```
 */
export const clean = verb<[options?: CleanOptions], CleanResult>('clean', cleanWith);

async function cleanWith(project: Project, options: CleanOptions): Promise<Own<CleanResult>> {
  // If the folder does not exist, nobody works on it, and listing need not create it.
  if (!fs.existsSync(project.files.directory)) return cleanLocked(project, options);
  return withState(project, 'clean', () => cleanLocked(project, options));
}

async function cleanLocked(project: Project, options: CleanOptions): Promise<Own<CleanResult>> {
  const [goes, result] = await timed(options.onEvent, 'list the files', (onProgress) => {
    const kept = listKept(project);
    const goes = removable(project, kept, options);
    const result = resultOf(kept, goes, options);
    onProgress({ done: result.bytes, total: result.bytes, unit: 'bytes' });
    return [goes, result] as const;
  });
  if (options.force === true)
    await timed(options.onEvent, 'remove the files', (onProgress) => remove(project, goes, onProgress));
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
    // The records of a push under way are among them.
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

/**
 * Returns the common start of the file names of each push with damaged records. Leaves out the latest push: without its
 * record, an undo would take back an older push instead.
 */
function damagedPushes(project: Project): string[] {
  return pushes(project)
    .slice(1)
    .flatMap(({ number, problem }) =>
      problem === null ? [] : [path.join(project.files.pushes, `${number}.`)],
    );
}

/** Returns the latest backup of each working copy and kind, with all its parts. */
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
): Own<CleanResult> {
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
  const outcome = options.force === true ? 'removed' : 'listed';
  return { outcome, bytes, freed: freedBy(goes), kinds, files };
}

/** Counts the freed bytes. Removing the last name of a file frees its space. */
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

function remove(
  { files: { directory } }: Project,
  goes: ReadonlySet<KeptFile>,
  onProgress: (progress: Progress) => void,
): void {
  const sizes = new Map([...goes].map(({ inode, bytes }) => [inode, bytes]));
  const total = [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
  let done = 0;
  try {
    // Removes whole folders, with their locks.
    if ([...goes].some(({ kind }) => kind === 'temporary')) removeLeftovers(directory);
    for (const { path: file, inode } of goes) {
      fs.rmSync(file, { force: true });
      // A file with several names counts once.
      done += sizes.get(inode) ?? 0;
      sizes.delete(inode);
      onProgress({ done, total, unit: 'bytes' });
    }
  } catch (error) {
    throw fileSystemError(error, directory);
  }
}
