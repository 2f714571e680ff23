import type { OnEvent } from '../events';
import type { RemoteOptions } from '../project/connect-to';
import type { Project } from '../project/project';
import type { Manifest } from '../project/state/manifest';
import { withRemote } from '../project/with-remote';
import { reportRun, type Reported } from './reporting/report-run';
import type { Sharing } from './fetching/shared-snapshot';
import { takeOrCopy } from './fetching/take-snapshot';
import { verb } from './apart/verb';

/** What `snapshot` answers. */
export interface SnapshotResult {
  /** The manifest of the snapshot that was taken. */
  readonly snapshot: Manifest;
  /** The folder of another project's snapshot that it is a copy of, or null if it was downloaded. */
  readonly copiedFrom: string | null;
}

/** What `snapshot` may be told. */
export interface SnapshotCommandOptions extends RemoteOptions {
  /** Make a file that is not there an empty database, at the first use. Default is false: REMOTE_MISSING. */
  readonly create?: boolean;
  /** Write the database as SQL too, to `original_dump.sql`. Default is what the config says (`originalDump`), else true. */
  readonly dump?: boolean;
  /** Copy the snapshot of another project with the same remote and `exclude`, if the remote is as it was then. Not with `dump`. */
  readonly sharing?: Sharing;
  readonly onEvent?: OnEvent;
}

/**
 * Takes the whole remote database to `.turso/default/snapshot`: `baseline.db`, `original_dump.sql` and `manifest.json`. What was
 * there before is replaced only once all of the new one is there and sound. Nothing else is touched.
 * Throws the `REMOTE_*` codes, DISK_FULL, STATE_LOCKED, STATE_TOO_NEW.
 */
export const snapshot = verb('snapshot', snapshotHere);

async function snapshotHere(
  project: Project,
  options: SnapshotCommandOptions = {},
): Promise<Reported<SnapshotResult>> {
  return reportRun(project, options.onEvent, (onEvent) => snapshotWith(project, { ...options, onEvent }));
}

async function snapshotWith(project: Project, options: SnapshotCommandOptions): Promise<SnapshotResult> {
  const { onEvent, dump: isDumped = project.originalDump, sharing } = options;
  const dump = isDumped ? 'write' : 'none';
  const { manifest, copiedFrom } = await withRemote(project, 'snapshot', options, (remote) =>
    takeOrCopy(project, remote, { dump, sharing, onEvent }),
  );
  return { snapshot: manifest, copiedFrom };
}
