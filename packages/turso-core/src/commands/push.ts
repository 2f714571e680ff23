import fs from 'node:fs';
import path from 'node:path';
import { TursoSyncError } from '../errors';
import { apply } from '../apply/apply';
import type { Conflict } from '../apply/conflict';
import type { Plan } from '../apply/plan';
import { isEmpty, NO_CHANGES, summarize, type ChangeSummary } from '../changeset/summary';
import { timed, type CoreEvent, type OnEvent } from './events';
import { connect } from '../remote/connect';
import type { Remote } from '../remote/remote';
import { fileSystemError } from '../workspace/disk';
import { withLock } from '../workspace/lock';
import { writeManifest, type Manifest } from '../workspace/manifest';
import { baselineFiles, type Project } from '../workspace/project';
import { replaceDirectory } from '../workspace/replace-directory';
import { withTemporary } from '../workspace/temporary';
import { requireBase, withComparison, type Comparison } from './compare';
import { NONE_RESOLVED, policyOf, resolvedIn, type ConflictOptions, type Resolved } from './conflicts';
import { removeConflicts, writeConflicts } from './conflicts-file';
import { writeChanges, type WrittenChanges } from './diff';
import { finishPull } from './pull';

/** What `push` may be told. */
export interface PushOptions extends ConflictOptions {
  /** Find and report the changes, and send nothing. Default is false. */
  readonly dryRun?: boolean;
  readonly onEvent?: OnEvent;
}

/** How a push ended. */
export interface PushResult extends Resolved {
  /**
   * `pushed`: all of it is on the remote. `nothing`: there was nothing to push. `planned`: a dry run. `conflict`: the
   * remote has moved where we did, and nothing was written, neither there nor here.
   */
  readonly status: 'pushed' | 'nothing' | 'planned' | 'conflict';
  readonly changes: ChangeSummary;
  /** What stands in the way, all of it; also in `conflicts.json`. */
  readonly conflicts: readonly Conflict[];
  /** Row changes that the remote had already, from a push whose answer was lost or by someone else. */
  readonly alreadyThere: number;
  /** What the remote does not take. */
  readonly notCarried: readonly string[];
}

/**
 * Finds what changed in the working copy since its base, and puts exactly that on the remote, in one transaction, unless
 * someone else has changed the same. Afterwards the base is what was pushed. The working copy is only read.
 * Throws the `REMOTE_*`, `BASELINE_*` and `WORKING_COPY_*` codes, UNSUPPORTED_CHANGE, VALUE_TOO_LARGE, STATE_LOCKED.
 *
 * @example
 * ```ts
 * import { loadProject, push } from 'turso-core';
 *
 * const result = await push(await loadProject({ cwd: 'apps/mailer' }));
 * if (result.status === 'conflict') console.error(result.conflicts);
 * ```
 */
export async function push(project: Project, options: PushOptions = {}): Promise<PushResult> {
  // For the message alone: whether there is a folder to lock.
  requireBase(project);
  return withLock(project.files.lock, 'dump-push', async () => {
    await finishPull(project);
    const base = requireBase(project);
    return withTemporary(project.files.directory, (temporary) =>
      withComparison(project, temporary, (comparison) => {
        if (comparison === null) {
          if (options.dryRun !== true) removeConflicts(project);
          return nothing(NO_CHANGES);
        }
        return pushChanges({ project, base, temporary, options }, comparison);
      }),
    );
  });
}

interface Context {
  readonly project: Project;
  readonly base: Manifest;
  readonly temporary: string;
  readonly options: PushOptions;
}

async function pushChanges(context: Context, comparison: Comparison): Promise<PushResult> {
  const { project, base, temporary, options } = context;
  const { changeset } = comparison;
  const changes = await timed(options.onEvent, 'diff', () => summarize(changeset));
  if (isEmpty(changes)) {
    // Other bytes, the same content: the next comparison is spared.
    if (options.dryRun !== true) {
      removeConflicts(project);
      moveBase(context, comparison, base);
    }
    return nothing(changes);
  }
  if (options.dryRun === true) {
    (await writeChanges(project, temporary, changeset)).publish();
    return { ...nothing(changes), status: 'planned' };
  }
  const remote = connect(project.address(), project.authToken());
  options.onEvent?.({ type: 'connect', location: remote.location });
  if (remote.location !== base.remote) options.onEvent?.(elsewhere(base, remote));
  try {
    // Now, since requests do not leave while changes are being read, and the connection is there when they are.
    const before = await remote.fingerprint();
    const onSend = (plan: Plan): void => options.onEvent?.({ type: 'transaction', ...describe(plan) });
    const applied = timed(options.onEvent, 'push', () =>
      apply(changeset, remote, { ...policyOf(options), onSend }),
    );
    // While the remote works. Should this fail, the push is still waited for.
    const written = writeChanges(project, temporary, changeset);
    written.catch(() => undefined);
    const result = await applied;
    if (result.status === 'conflict') {
      const { conflicts } = result;
      await writeConflicts(context, conflicts, { location: remote.location, onEvent: options.onEvent });
      return { ...nothing(changes), status: 'conflict', conflicts };
    }
    const { fingerprint, alreadyThere, notCarried } = result;
    // Only a base that had all of the remote before the push has all of it afterwards.
    const isCurrent = before === base.fingerprint;
    advanceBase(context, comparison, remote, isCurrent ? await knownFingerprint(remote, fingerprint) : null);
    removeConflicts(project);
    await publish(written, options);
    return { ...nothing(changes), ...resolvedIn(result), status: 'pushed', alreadyThere, notCarried };
  } finally {
    await remote.close();
  }
}

function nothing(changes: ChangeSummary): PushResult {
  const { notCarried } = changes;
  return { status: 'nothing', changes, conflicts: [], ...NONE_RESOLVED, alreadyThere: 0, notCarried };
}

// Guards hold there as well; but a push to production of what was meant for staging would be a surprise.
function elsewhere(base: Manifest, remote: Remote): CoreEvent {
  return {
    type: 'warning',
    message: `The base was taken from ${base.remote}, and this push goes to ${remote.location}.`,
  };
}

// The push is through: files for people to read are not worth a failure.
async function publish(written: Promise<WrittenChanges>, { onEvent }: PushOptions): Promise<void> {
  try {
    (await written).publish();
  } catch (error) {
    onEvent?.({ type: 'warning', message: `diff.sql was not written: ${(error as Error).message}` });
  }
}

function describe({ statements }: Plan): {
  statements: number;
  batches: NonNullable<Plan['statements'][number]['batch']>[];
} {
  return { statements: statements.length, batches: statements.flatMap((s) => s.batch ?? []) };
}

async function knownFingerprint(remote: Remote, told: string | null | undefined): Promise<string | null> {
  if (told !== undefined) return told;
  try {
    return await remote.fingerprint();
  } catch {
    // The push is through; not knowing the mark only makes the next status less certain.
    return null;
  }
}

function advanceBase(
  context: Context,
  comparison: Comparison,
  remote: Remote,
  fingerprint: string | null,
): void {
  const createdAt = new Date().toISOString();
  try {
    const manifest = {
      ...context.base,
      createdAt,
      remote: remote.location,
      fingerprint,
      method: 'push' as const,
    };
    moveBase(context, comparison, manifest);
  } catch (error) {
    const known = fileSystemError(error, context.project.files.base.directory);
    if (!(known instanceof TursoSyncError)) throw known;
    throw new TursoSyncError(known.code, `The push is through, but not noted here. ${known.message}`, {
      hint: 'Mend that, then run `turso-sync dump-push` again: it finds everything there and finishes.',
      cause: error,
    });
  }
}

/** Makes what was compared the base. */
function moveBase({ project, temporary }: Context, { frozen }: Comparison, manifest: Manifest): void {
  const files = baselineFiles(path.join(temporary, 'base'));
  fs.mkdirSync(files.directory);
  // Still open for comparing, which a rename does not disturb.
  fs.renameSync(frozen, files.database);
  const { formatVersion: _, ...rest } = manifest;
  writeManifest(files, { ...rest, bytes: fs.statSync(files.database).size });
  replaceDirectory(files.directory, project.files.base.directory);
}
