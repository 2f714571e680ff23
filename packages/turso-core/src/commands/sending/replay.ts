import path from 'node:path';
import { apply } from '../../apply/apply';
import type { Conflict } from '../../apply/conflict';
import { withRowProgress } from '../../apply/row-progress';
import type { Changeset } from '../../changeset/model';
import type { OpenedChanges } from '../../plan/read-changes';
import { timed, type OnEvent, type Progress } from '../../events';
import type { ProjectRemote } from '../../project/connect-to';
import { copyDatabase } from '../../project/state/copy-database';
import { restoreBefore } from '../../project/state/before-push';
import type { Manifest } from '../../project/state/manifest';
import type { Project } from '../../project/project';
import { openReadOnly } from '../../sqlite/files/open';
import { createSqliteTarget } from '../../sqlite/sqlite-target';
import type { Database } from '../../sqlite/files/sqlite';
import { baseDatabase } from '../comparing/base-database';
import { requireBase } from '../comparing/compare';
import { currentSnapshot } from '../fetching/take-snapshot';
import { partialBase } from './agreed-base';

/** A local database with an earlier state of the remote: the base, or a newer snapshot. */
export interface Start {
  readonly database: string;
  readonly manifest: Manifest;
}

/** Changes of a file to apply or to take back. */
export interface Replay {
  readonly changes: OpenedChanges;
  readonly direction: 'forth' | 'back';
  /** Whether the file has the inverse of the changes, instead of the changes. Default is false. */
  readonly isInverse?: boolean;
  /** The number of the push to take back; null for a plan. */
  readonly push: number | null;
}

/** The result of a replay. */
export type Replayed =
  | {
      readonly start: Start;
      /** A copy of the start with the changes. */
      readonly database: string;
      /** The base with all changes that still fit it, if the start is not the base; else null. */
      readonly becomes: string | null;
    }
  | {
      readonly conflicts: readonly Conflict[];
      /** Whether nobody has written to the remote since the push that made the base. */
      readonly isUntouched: boolean;
    };

interface Context {
  readonly project: Project;
  readonly remote: ProjectRemote;
  readonly temporary: string;
  readonly onEvent: OnEvent | undefined;
}

/**
 * Applies the changes of a file to a copy of the base. If the base does not fit, applies them to a copy of the remote's
 * present state. Null if the file does not say how.
 */
export async function replayOnRemote(context: Context, replay: Replay): Promise<Replayed | null> {
  const { project, remote, temporary, onEvent } = context;
  const { snapshot } = project.files;
  const manifest = requireBase(project);
  const start = { database: baseDatabase(project, temporary), manifest };
  const database = path.join(temporary, 'replayed.db');
  const isBase = start.database === project.files.base.database;
  if (replay.push !== null && isBase && restoreBefore(project.files.base, replay.push, database))
    return { start, database, becomes: null };
  // Changes the base never had cannot be taken back in it.
  const isKnown = replay.direction === 'forth' || replay.changes.head.pushed?.notInBase !== true;
  const replayTo = (from: Start): Promise<Outcome | null> =>
    timed(onEvent, 'replay', (onRows) => replayOn(from, database, { replay, onRows }));
  let onBase = isKnown ? await replayTo(start) : undefined;
  if (onBase === null) return null;
  // The plan may delete a row the base lacks, but the remote may have got it since.
  const isSure = replay.direction === 'back' || onBase?.alreadyThere === 0;
  if (onBase?.conflicts.length === 0 && isSure) return { start, database, becomes: null };
  const fingerprint = await remote.fingerprint();
  if (fingerprint !== null && fingerprint === manifest.fingerprint) {
    onBase ??= await replayTo(start);
    const conflicts = onBase?.conflicts ?? [];
    const isUntouched = manifest.method === 'push';
    return conflicts.length === 0 ? { start, database, becomes: null } : { conflicts, isUntouched };
  }
  const taken = await currentSnapshot(project, remote, fingerprint, onEvent);
  const newer = { database: snapshot.database, manifest: taken };
  const onNewer = await replayTo(newer);
  if (onNewer === null) return null;
  const { conflicts } = onNewer;
  if (conflicts.length > 0) return { conflicts, isUntouched: false };
  const becomes = await timed(onEvent, 'replay', () =>
    partialBase(context, changesOf(replay, temporary), movedRowids(replay, manifest)),
  );
  return { start: newer, database, becomes };
}

/** The conflicts with a database, and the number of changes it already had. */
interface Outcome {
  readonly conflicts: readonly Conflict[];
  readonly alreadyThere: number;
}

/** Applies changes to a copy of a database. Null if the file does not say how. */
async function replayOn(
  start: Start,
  to: string,
  { replay, onRows }: { readonly replay: Replay; readonly onRows: (progress: Progress) => void },
): Promise<Outcome | null> {
  copyDatabase(start.database, to);
  const before = openReadOnly(start.database);
  try {
    const changeset = changesOf(replay, path.dirname(to))(before);
    if (changeset === null) return null;
    const target = createSqliteTarget(to, { location: 'the base' });
    const result = await apply(changeset, withRowProgress(target, onRows), {
      movedRowids: new Set(movedRowids(replay, start.manifest)),
      folder: path.dirname(to),
    });
    return result.outcome === 'applied'
      ? { conflicts: [], alreadyThere: result.alreadyThere }
      : { conflicts: result.conflicts, alreadyThere: 0 };
  } finally {
    before.close();
  }
}

/** Returns the tables whose rows may have other hidden rowids in a database than in the changes. */
function movedRowids({ changes, direction }: Replay, { movedRowids: since }: Manifest): readonly string[] {
  if (direction === 'forth') return [];
  // The changes to take back are on the remote. The base may never have had the remote's hidden rowids, or only since
  // then.
  return [...(changes.head.pushed?.movedRowids ?? []), ...(since ?? [])];
}

function changesOf(
  { changes, direction, isInverse = false }: Replay,
  folder: string,
): (before: Database) => Changeset | null {
  const isStored = direction === 'forth' || isInverse;
  return (before) => (isStored ? changes.changeset(before, folder) : changes.inverse(before));
}
