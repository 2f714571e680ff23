import fs from 'node:fs';
import { systemCode } from '../../errors';
import type { SnapshotFiles, Project } from '../../project/project';
import { originOf } from '../../project/state/base';
import { linkOrCopy } from '../../project/state/link-or-copy';
import { isOfExclude, soundManifest, type Manifest } from '../../project/state/manifest';
import { isSameRemote, type RemoteIdentity } from '../../remote/identity';
import type { SnapshotStart } from '../../remote/remote';
import { isBefore, parseSyncFingerprint } from '../../remote/server/sync-place';
import { openReadOnly, using } from '../../sqlite/files/open';
import type { Wanted } from './shared-snapshot';

/**
 * Returns the local copies of a remote, the best first: the snapshot, the base, and the base from before one's own
 * pushes.
 */
export function startsOf(project: Project, identity: RemoteIdentity): SnapshotStart[] {
  const known = copiesOf(project, identity).sort((a, b) =>
    b.manifest.createdAt.localeCompare(a.manifest.createdAt),
  );
  const starts = known.flatMap(({ files, manifest: { pages } }): SnapshotStart[] => {
    const reached = pages?.at ?? null;
    const raw = { pagesAt: reached, crc: pages?.crc, reached };
    return [
      { file: files.database, ...(pages?.file === 'baseline' ? raw : { pagesAt: null, reached }) },
      ...(pages?.file === 'origin' ? [{ file: originOf(files), ...raw }] : []),
    ];
  });
  const isThere = starts.filter(({ file }) => fs.existsSync(file));
  return [...isThere.filter((s) => s.pagesAt !== null), ...isThere.filter((s) => s.pagesAt === null)];
}

/**
 * Places a copy of the snapshot or the base with this fingerprint, without asking the remote for anything. After one's
 * own push, the base has all of the remote. Null if neither has all of it.
 *
 * @param isShared - whether others get the copy. It then contains nothing that was never on the remote.
 */
export function placeOwnCopy(
  project: Project,
  { identity, fingerprint, exclude }: Wanted,
  to: string,
  isShared: boolean,
): Manifest | null {
  const isBehind = mayBeBehind(project, fingerprint);
  for (const { files, manifest } of copiesOf(project, identity)) {
    if (isBehind && files !== project.files.base) continue;
    const { asRemote, pages, content, ...rest } = manifest;
    const isIt = rest.fingerprint === fingerprint && isOfExclude(manifest, exclude);
    if (asRemote === undefined || !isIt || rest.userVersionStaysLocal === true) continue;
    if (!isShared || !asRemote.isLocal) {
      linkOrCopy(files.database, to);
      const isRaw = pages?.file === 'baseline' ? { pages } : {};
      return { ...rest, asRemote, ...isRaw, ...(content === undefined ? {} : { content }) };
    }
    if (vacuumInto(files.database, to)) return { ...rest, asRemote: { ...asRemote, isLocal: false } };
  }
  return null;
}

/**
 * Checks whether a copy with this fingerprint may lack data of the base. The fingerprint may lag, and the base may have
 * its data from another source.
 */
export function mayBeBehind(
  { files: { base } }: Pick<Project, 'files'>,
  fingerprint: string | null,
): boolean {
  const place = parseSyncFingerprint(fingerprint);
  const manifest = place === null ? null : soundManifest(base);
  if (place === null || manifest === null) return false;
  const reached = parseSyncFingerprint(manifest.pages?.at ?? null);
  return reached === null || isBefore(place, reached);
}

/**
 * Copies a database without its unused space. Hidden rowids stay the same. Returns false and writes nothing if it is
 * damaged.
 */
function vacuumInto(file: string, to: string): boolean {
  try {
    using(openReadOnly(file), (db) => db.prepare('VACUUM INTO ?').run(to));
    return true;
  } catch (error) {
    if (!/^SQLITE_(?:ERROR|CORRUPT|NOTADB|CONSTRAINT)/.test(systemCode(error))) throw error;
    fs.rmSync(to, { force: true });
    return false;
  }
}

interface Copy {
  readonly files: SnapshotFiles;
  readonly manifest: Manifest;
}

function copiesOf({ files: { snapshot, base } }: Project, identity: RemoteIdentity): Copy[] {
  return [snapshot, base].flatMap((files) => {
    const manifest = readCopy(files);
    const isIt = manifest?.identity !== undefined && isSameRemote(manifest.identity, identity);
    return manifest === null || !isIt ? [] : [{ files, manifest }];
  });
}

function readCopy(files: SnapshotFiles): Manifest | null {
  try {
    return soundManifest(files);
  } catch {
    // Its next user reports the problem.
    return null;
  }
}
