import fs from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { TursoSyncError } from '../errors';
import { countChanges, summarize, type ChangeSummary } from '../changeset/summary';
import type { OnEvent } from './events';
import { isDatabaseFile } from '../local/file-header';
import { connect } from '../remote/connect';
import { freeze, sameBytes, workingCopyError } from '../workspace/freeze';
import { withLock } from '../workspace/lock';
import { readManifest, requireBaseline, writeManifest, type Manifest } from '../workspace/manifest';
import { baselineFiles, type Project } from '../workspace/project';
import { recoverDirectory, replaceDirectory } from '../workspace/replace-directory';
import { withTemporary } from '../workspace/temporary';
import { requireBase, withComparison } from './compare';
import { takeSnapshot } from './snapshot';

/** What `init` may be told. */
export interface InitOptions {
  /** Replace a working copy that has changes, after keeping a dated backup of it. Default is false. */
  readonly force?: boolean;
  /** `take` a new snapshot of the remote first, or `use` the one that is there. Default is `take`. */
  readonly snapshot?: 'take' | 'use';
  /** What to do with a working copy that has changes: `refuse`, or `keep` it as it is. Default is `refuse`. */
  readonly edits?: 'refuse' | 'keep';
  readonly onEvent?: OnEvent;
}

/** What `init` answers. */
export interface InitResult {
  readonly snapshot: Manifest;
  /**
   * What became of the working copy: `created`, `updated` to a newer snapshot, `unchanged`, or `kept` because it has
   * changes that were not pushed.
   */
  readonly workingCopy: 'created' | 'updated' | 'unchanged' | 'kept';
  /** Number of changes that were not pushed, where it was kept. */
  readonly pending: number;
  /** The dated backup of a working copy that was replaced by force, or null. */
  readonly backup: string | null;
}

/**
 * Makes the working copy from the remote, or brings one without changes of its own up to a newer snapshot. One that has
 * changes which were not pushed is never overwritten: WORKING_COPY_HAS_CHANGES, unless `force` or `edits: 'keep'`.
 * Also throws the `REMOTE_*` codes, SNAPSHOT_MISSING, DISK_FULL, STATE_LOCKED.
 */
export async function init(project: Project, options: InitOptions = {}): Promise<InitResult> {
  fs.mkdirSync(project.files.directory, { recursive: true });
  return withLock(project.files.lock, 'dump-init', async () => {
    const state = options.force === true ? await forced(project) : await inspectWorkingCopy(project);
    if (state.kind === 'edited' && options.edits !== 'keep') throw hasChanges(project, state);
    const snapshot = await provideSnapshot(project, options);
    const pending = state.kind === 'edited' ? state.pending : 0;
    const result = { snapshot, pending, backup: null };
    if (state.kind === 'edited') return { ...result, workingCopy: 'kept' };
    if (state.kind === 'clean' && isCurrent(project, snapshot))
      return { ...result, workingCopy: 'unchanged' };
    const backup = state.kind === 'forced' ? await keepBackup(project) : null;
    await writeWorkingCopy(project);
    replaceBase(project, snapshot);
    return { ...result, backup, workingCopy: state.kind === 'missing' ? 'created' : 'updated' };
  });
}

type State =
  | { readonly kind: 'missing' | 'clean' | 'forced' }
  | { readonly kind: 'edited'; readonly what: string; readonly pending: number };

async function forced(project: Project): Promise<State> {
  return { kind: fs.existsSync(project.workingCopy) ? 'forced' : 'missing' };
}

async function inspectWorkingCopy(project: Project): Promise<State> {
  recoverDirectory(project.files.base.directory);
  if (!fs.existsSync(project.workingCopy)) return { kind: 'missing' };
  if (readManifest(project.files.base) === null) {
    return { kind: 'edited', what: 'was not made from a baseline here', pending: 0 };
  }
  requireBase(project);
  try {
    return await withTemporary(project.files.directory, (temporary) =>
      withComparison(project, temporary, (comparison) =>
        stateOf(comparison === null ? null : summarize(comparison.changeset)),
      ),
    );
  } catch (error) {
    if (!(error instanceof TursoSyncError && error.code === 'UNSUPPORTED_CHANGE')) throw error;
    return { kind: 'edited', what: `has changes that were not pushed (${error.message})`, pending: 1 };
  }
}

function stateOf(changes: ChangeSummary | null): State {
  const pending = changes === null ? 0 : countChanges(changes);
  if (changes === null || pending === 0) return { kind: 'clean' };
  const { insert, update, delete: deleted } = changes.total;
  const schema = changes.schema.length === 0 ? '' : `, ${changes.schema.length} schema changes`;
  const what = `has changes that were not pushed (${insert} inserted, ${update} updated, ${deleted} deleted rows${schema})`;
  return { kind: 'edited', what, pending };
}

function hasChanges(project: Project, state: Extract<State, { kind: 'edited' }>): TursoSyncError {
  return new TursoSyncError('WORKING_COPY_HAS_CHANGES', `${project.workingCopy} ${state.what}.`, {
    hint: 'Push them with `turso-sync dump-push`, or replace the working copy with `turso-sync dump-init --force`, which keeps a dated backup.',
  });
}

async function provideSnapshot(project: Project, options: InitOptions): Promise<Manifest> {
  if (options.snapshot === 'use') {
    const manifest = requireBaseline(project.files.snapshot);
    if (manifest !== null) return manifest;
    throw new TursoSyncError(
      'SNAPSHOT_MISSING',
      `There is no snapshot in ${project.files.snapshot.directory}.`,
      {
        hint: 'Run the turso-snapshot target, or `turso-sync dump-init`, first.',
      },
    );
  }
  const remote = connect(project.address(), project.authToken());
  try {
    return await takeSnapshot(project, remote, options.onEvent);
  } finally {
    await remote.close();
  }
}

// A base that a later push has moved on is newer than a snapshot that was left lying.
function isCurrent(project: Project, snapshot: Manifest): boolean {
  const { base, snapshot: files } = project.files;
  const manifest = readManifest(base);
  if (manifest === null) return false;
  return (
    (manifest.method === 'push' && manifest.createdAt > snapshot.createdAt) ||
    sameBytes(base.database, files.database)
  );
}

async function keepBackup(project: Project): Promise<string> {
  const stamp = new Date().toISOString().replace(/[:.]/g, '-');
  const { dir, name, ext } = path.parse(project.workingCopy);
  const backup = path.join(dir, `${name}.backup-${stamp}${ext}`);
  try {
    await freeze(project.workingCopy, backup);
  } catch (error) {
    if (error instanceof TursoSyncError && error.code === 'WORKING_COPY_LOCKED') throw error;
    // Whatever it is, it is kept as it is.
    fs.copyFileSync(project.workingCopy, backup);
  }
  return backup;
}

/**
 * An existing database is overwritten by SQLite's own backup, in one transaction that programs which have it open take
 * notice of; anything else is replaced by a file that is complete when it gets its name.
 */
async function writeWorkingCopy({ workingCopy, files }: Project): Promise<void> {
  if (fs.existsSync(workingCopy) && (await isDatabaseFile(workingCopy))) {
    const source = new Database(files.snapshot.database, { readonly: true });
    try {
      await source.backup(workingCopy);
      return;
    } catch (error) {
      const known = workingCopyError(error, workingCopy);
      if (!(known instanceof TursoSyncError && known.code === 'WORKING_COPY_CORRUPT')) throw known;
    } finally {
      source.close();
    }
  }
  fs.mkdirSync(path.dirname(workingCopy), { recursive: true });
  const written = `${workingCopy}.new`;
  fs.copyFileSync(files.snapshot.database, written, fs.constants.COPYFILE_FICLONE);
  for (const left of ['-wal', '-shm', '-journal']) fs.rmSync(`${workingCopy}${left}`, { force: true });
  fs.renameSync(written, workingCopy);
}

// After the working copy: should we die in between, a push finds everything there already. The other way round it would
// take the older working copy for an edit that undoes what others have done.
function replaceBase(project: Project, snapshot: Manifest): void {
  const { directory, base, snapshot: source } = project.files;
  const files = baselineFiles(fs.mkdtempSync(path.join(directory, `tmp-${process.pid}-`)));
  linkOrCopy(source.database, files.database);
  const { formatVersion: _, ...rest } = snapshot;
  writeManifest(files, rest);
  replaceDirectory(files.directory, base.directory);
}

function linkOrCopy(from: string, to: string): void {
  try {
    fs.linkSync(from, to);
  } catch {
    fs.copyFileSync(from, to, fs.constants.COPYFILE_FICLONE);
  }
}
