import type { VerbOptions } from '../events';
import type { RemoteOptions } from '../project/connect-to';
import type { Project } from '../project/project';
import type { Manifest } from '../project/state/manifest';
import { withRemote } from '../project/with-remote';
import type { Sharing } from './fetching/shared-snapshot';
import { takeOrCopy } from './fetching/take-snapshot';
import { verb } from './apart/verb';
import type { Own, VerbResult } from './verb-result';

/** Result of `snapshot`. */
export interface SnapshotResult extends VerbResult {
  /** `taken` from the remote, or `copied` from another project. */
  readonly outcome: 'taken' | 'copied';
  /** The manifest of the new snapshot. */
  readonly snapshot: Manifest;
  /** The folder of the other project whose snapshot was copied, or null after a download. */
  readonly copiedFrom: string | null;
}

/** Options of `snapshot`. */
export interface SnapshotCommandOptions extends RemoteOptions, VerbOptions {
  /**
   * Creates an empty database if the remote's file does not exist, on first use. Default is false: throws
   * REMOTE_MISSING.
   */
  readonly create?: boolean;
  /** Also writes the database as SQL to `original_dump.sql`. Default is the config's `originalDump`, else true. */
  readonly dump?: boolean;
  /**
   * Copies the snapshot of another project with the same remote and `exclude`, if the remote has not changed since. Not
   * with `dump`.
   */
  readonly sharing?: Sharing;
}

/**
 * Takes a snapshot of the whole remote to `.turso/default/snapshot`: `baseline.db`, `original_dump.sql` and
 * `manifest.json`. It replaces the old snapshot only when the new one is complete and sound. Changes nothing else.
 * Throws the `REMOTE_*` codes, DISK_FULL, STATE_LOCKED and STATE_TOO_NEW.
 */
export const snapshot = verb<[options?: SnapshotCommandOptions], SnapshotResult>('snapshot', snapshotWith);

async function snapshotWith(project: Project, options: SnapshotCommandOptions): Promise<Own<SnapshotResult>> {
  const { onEvent, dump: isDumped = project.originalDump, sharing } = options;
  const dump = isDumped ? 'write' : 'none';
  const { manifest, copiedFrom } = await withRemote(project, 'snapshot', options, (remote) =>
    takeOrCopy(project, remote, { dump, sharing, onEvent }),
  );
  return { outcome: copiedFrom === null ? 'taken' : 'copied', snapshot: manifest, copiedFrom };
}
