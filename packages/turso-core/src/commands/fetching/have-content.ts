import fs from 'node:fs';
import { TursoSyncError } from '../../errors';
import { timed, type OnEvent } from '../../events';
import type { ProjectRemote } from '../../project/connect-to';
import type { Project } from '../../project/project';
import type { Manifest } from '../../project/state/manifest';
import type { RemoteIdentity } from '../../remote/identity';
import type { SnapshotMethod, SnapshotTaken } from '../../remote/remote';
import { isSyncFingerprint } from '../../remote/server/sync-place';
import { writeDumpFile } from '../../sqlite/dump/write-dump';
import { version } from '../../version';
import { download, type DownloadOptions } from './download';
import { mayBeBehind, placeOwnCopy, startsOf } from './earlier-copies';
import { copyShared, describeContent, type Sharing } from './shared-snapshot';

/** Options for getting the content of a snapshot. */
export interface ContentOptions {
  readonly project: Project;
  readonly remote: ProjectRemote;
  readonly identity: RemoteIdentity;
  /** The remote's fingerprint. */
  readonly fingerprint: string | null;
  /** The file for the database as SQL, or null. */
  readonly dump: string | null;
  readonly sharing: Sharing | undefined;
  /** Whether to ignore all local copies, because they may be damaged. */
  readonly isAnew: boolean;
  readonly onEvent: OnEvent | undefined;
}

/** The manifest's facts about a content. */
export interface Content
  extends
    Pick<Manifest, 'method' | 'setAside' | 'content' | 'pages' | 'asRemote'>,
    Pick<SnapshotTaken, 'leftOut'> {
  /** The date of the local copy, if there was one. */
  readonly createdAt?: string;
  /** The folder of the other project's snapshot that was copied, or null. */
  readonly copiedFrom: string | null;
}

/**
 * Puts the remote's content into a database file: from a local copy, from another project, or from the remote. Asks the
 * remote only for missing parts.
 */
export async function haveContent(database: string, options: ContentOptions): Promise<Content> {
  const { project, identity, isAnew, onEvent } = options;
  const had = isAnew ? null : await copyContent(database, options);
  if (had !== null) {
    onEvent?.({ type: 'left-out', of: 'remote', tables: had.leftOut });
    return had;
  }
  const starts = startsOf(project, identity);
  // These pages are compared by digests from the remote, so local damage does no harm.
  const compared = starts.map(({ file }) => ({ file, pagesAt: null }));
  if (isAnew) return fetchContent(database, { starts: compared }, options);
  let method: SnapshotMethod | undefined;
  try {
    return await fetchContent(database, { starts, mayLag: true, onMethod: (by) => (method = by) }, options);
  } catch (error) {
    const isDamaged = error instanceof TursoSyncError && error.code === 'REMOTE_DAMAGED';
    if (!isDamaged || (method !== undefined && !BY_FRAMES.includes(method))) throw error;
    fs.rmSync(database, { force: true });
    return fetchContent(database, { starts: compared }, options);
  }
}

/** Methods based on an earlier copy or on server data other than SQL. */
const BY_FRAMES: readonly SnapshotMethod[] = ['log', 'sync'];

/** Copies a local database or another project's snapshot with the remote's fingerprint; else null. */
async function copyContent(database: string, options: ContentOptions): Promise<Content | null> {
  const { project, identity, fingerprint, dump, sharing, onEvent } = options;
  if (fingerprint === null) return null;
  const wanted = { identity, fingerprint, exclude: project.exclude };
  const own = placeOwnCopy(project, wanted, database, sharing !== undefined);
  if (own !== null) return ofOwn(own, database, options);
  if (sharing === undefined || dump !== null || mayBeBehind(project, fingerprint)) return null;
  const shared = await copyShared(sharing, wanted, database, onEvent);
  if (shared === null) return null;
  const { manifest, content, folder } = shared;
  return { ...kept(manifest), leftOut: content.leftOut, content, copiedFrom: folder };
}

async function fetchContent(
  database: string,
  how: Omit<DownloadOptions, 'onEvent'>,
  { remote, fingerprint, dump, sharing, onEvent }: ContentOptions,
): Promise<Content> {
  const taken = await download(
    remote,
    database,
    { ...how, onEvent },
    dump === null ? null : (options) => writeDumpFile(database, dump, options),
  );
  const { method, setAside, leftOut, crc, at = inTime(fingerprint) } = taken;
  return {
    ...{ method, setAside, leftOut, asRemote: { leftOut, isLocal: false }, copiedFrom: null },
    ...(crc !== null && at !== null ? { pages: { file: 'baseline', at, crc } as const } : {}),
    ...(sharing === undefined ? {} : { content: await describeContent(database, leftOut) }),
  };
}

/** A lagging fingerprint may be behind a copy from another source. */
function inTime(fingerprint: string | null): string | null {
  return isSyncFingerprint(fingerprint) ? null : fingerprint;
}

/** Returns the content of a local copy. It keeps the date of the copy. */
async function ofOwn(
  own: Manifest,
  database: string,
  { dump, sharing, onEvent }: ContentOptions,
): Promise<Content> {
  const { createdAt, asRemote, content: known, setAside } = own;
  const leftOut = asRemote?.leftOut ?? [];
  if (dump !== null)
    await timed(onEvent, 'dump', (onProgress) =>
      writeDumpFile(database, dump, { reader: null, setAside, onProgress }),
    );
  const isKnown = known?.version === version;
  return {
    ...{ ...kept(own), createdAt, method: 'base', leftOut, copiedFrom: null },
    ...(sharing === undefined ? {} : { content: isKnown ? known : await describeContent(database, leftOut) }),
  };
}

/** Returns the facts about a snapshot that stay true for a copy of its file. */
function kept({
  method,
  setAside,
  pages,
  asRemote,
}: Manifest): Pick<Content, 'method' | 'setAside' | 'pages' | 'asRemote'> {
  return {
    ...{ method, setAside },
    ...(pages === undefined ? {} : { pages }),
    ...(asRemote === undefined ? {} : { asRemote }),
  };
}
