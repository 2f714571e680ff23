import fs from 'node:fs';
import path from 'node:path';
import { isDiskFull } from '../../errors';
import type { OnEvent } from '../../events';
import type { ProjectRemote } from '../../project/connect-to';
import { snapshotFiles, type Project } from '../../project/project';
import { diskFull } from '../../project/state/disk';
import {
  isOfExclude,
  refuseNewer,
  soundManifest,
  withExclude,
  writeManifest,
  type Manifest,
} from '../../project/state/manifest';
import { linkOrCopy } from '../../project/state/link-or-copy';
import { recoverDirectory, replaceDirectory } from '../../project/state/replace-directory';
import { withTemporary } from '../../project/state/temporary';
import { mayBeBehind } from './earlier-copies';
import { haveContent } from './have-content';
import { inTurn, type Sharing } from './shared-snapshot';

/** Options for taking a snapshot. */
export interface TakeOptions {
  /**
   * `write` also writes the database as SQL. `keep` keeps the SQL of an earlier snapshot: it shows the remote as `init`
   * found it. Default is neither.
   */
  readonly dump?: 'write' | 'keep' | 'none' | undefined;
  /** Copies the snapshot of another project if it is the same. */
  readonly sharing?: Sharing | undefined;
  /** Relies on no local copy, because it may be damaged. Default is false. */
  readonly isAnew?: boolean | undefined;
  readonly onEvent?: OnEvent | undefined;
}

/** A new snapshot. */
export interface Taken {
  readonly manifest: Manifest;
  /** The folder of the other project's snapshot that was copied, or null. */
  readonly copiedFrom: string | null;
}

/**
 * Takes a snapshot; the caller holds the lock. `init` writes the SQL beside it. Later snapshots keep the SQL, unless
 * the config disables it.
 */
export async function takeSnapshot(
  project: Project,
  remote: ProjectRemote,
  { dump = 'keep', ...options }: Pick<TakeOptions, 'dump' | 'onEvent' | 'isAnew'> = {},
): Promise<Manifest> {
  const wanted = project.originalDump ? dump : 'none';
  return (await takeOrCopy(project, remote, { ...options, dump: wanted })).manifest;
}

/** Works like {@link takeSnapshot}, or copies the snapshot of another project if it is the same. */
export async function takeOrCopy(
  project: Project,
  remote: ProjectRemote,
  options: TakeOptions = {},
): Promise<Taken> {
  const { sharing } = options;
  refuseNewer(project.files.snapshot);
  try {
    if (sharing === undefined) return await take(project, remote, options);
    return await inTurn(sharing, await remote.identify(), () => take(project, remote, options));
  } catch (error) {
    throw isDiskFull(error) ? diskFull(error) : error;
  }
}

function take(
  project: Project,
  remote: ProjectRemote,
  { dump: wanted = 'none', sharing, isAnew = false, onEvent }: TakeOptions,
): Promise<Taken> {
  const { directory, snapshot: target } = project.files;
  const { exclude } = project;
  return withTemporary(directory, async (temporary) => {
    const files = snapshotFiles(path.join(temporary, 'snapshot'));
    fs.mkdirSync(files.directory);
    const placeOfDump = path.join(files.directory, path.basename(target.dump));
    const dump = wanted === 'write' ? placeOfDump : null;
    // Read before the snapshot: a write in between then makes it look stale, never fresh.
    const known = soundManifest(project.files.base)?.fingerprint;
    const fingerprint = await remote.fingerprint({ mayLag: true, known });
    const identity = await remote.identify();
    const at = { createdAt: new Date().toISOString(), remote: remote.location, identity, fingerprint };
    const how = { project, remote, identity, fingerprint, dump, sharing, isAnew, onEvent };
    const { leftOut, copiedFrom, ...content } = await haveContent(files.database, how);
    const excluded = leftOut.filter(({ owner }) => owner === null).map(({ name }) => name);
    const facts = { ...at, ...content, bytes: fs.statSync(files.database).size };
    const manifest = writeManifest(files, withExclude(facts, exclude, excluded));
    if (wanted === 'keep' && fs.existsSync(target.dump)) linkOrCopy(target.dump, placeOfDump);
    replaceDirectory(files.directory, target.directory);
    return { manifest, copiedFrom };
  });
}

/** Returns the existing snapshot if it has the remote's fingerprint, else a new one. */
export async function currentSnapshot(
  project: Project,
  remote: ProjectRemote,
  fingerprint: string | null,
  onEvent?: OnEvent,
): Promise<Manifest> {
  recoverDirectory(project.files.snapshot.directory);
  const known = soundManifest(project.files.snapshot);
  const isCurrent =
    fingerprint !== null && known?.fingerprint === fingerprint && known.remote === remote.location;
  return isCurrent && isOfExclude(known, project.exclude) && !mayBeBehind(project, fingerprint)
    ? known
    : takeSnapshot(project, remote, { onEvent });
}
