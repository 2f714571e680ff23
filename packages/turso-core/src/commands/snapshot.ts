import type { OnEvent } from '../events';
import { connectTo } from '../project/connect-to';
import type { Project } from '../project/project';
import type { Manifest } from '../project/state/manifest';
import { withState } from '../project/state/open-state';
import { takeSnapshot } from './fetching/take-snapshot';
import { verb } from './apart/verb';

/** What `snapshot` answers. */
export interface SnapshotResult {
  /** The manifest of the snapshot that was taken. */
  readonly snapshot: Manifest;
}

/** What `snapshot` may be told. */
export interface SnapshotCommandOptions {
  readonly onEvent?: OnEvent;
}

/**
 * Takes the whole remote database to `.turso/default/snapshot`: `baseline.db`, `original_dump.sql` and `manifest.json`. What was
 * there before is replaced only once all of the new one is there and sound. Nothing else is touched.
 * Throws the `REMOTE_*` codes, DISK_FULL, STATE_LOCKED, STATE_TOO_NEW.
 */
export const snapshot = verb('snapshot', snapshotHere);

async function snapshotHere(project: Project, options: SnapshotCommandOptions = {}): Promise<SnapshotResult> {
  const remote = connectTo(project);
  try {
    const take = (): Promise<Manifest> => takeSnapshot(project, remote, options.onEvent);
    return { snapshot: await withState(project, 'snapshot', take) };
  } finally {
    await remote.close();
  }
}
