import fs from 'node:fs';
import { hasCode } from '../../errors';
import { identityAt, isSameRemote, type RemoteIdentity } from '../../remote/identity';
import { openReadOnly, using } from '../../sqlite/files/open';
import { readSchema } from '../../sqlite/schema/schema';
import type { Project } from '../project';
import type { MetRemote } from '../remote-changed';
import { fileSystemError } from './disk';
import { holdsLock, withLockNow } from './lock';
import { readManifest, withMovedRowids, type Manifest } from './manifest';
import { recoverDirectory } from './replace-directory';

/** The manifest of a base, which says what remote it belongs to. */
export type KnownRemote = Manifest & { readonly identity: RemoteIdentity };

/** What remote a project's base belongs to; null if there is no base whose manifest can be read. Throws STATE_TOO_NEW. */
export function knownRemote({ files }: Project): KnownRemote | null {
  recoverDirectory(files.base.directory);
  try {
    const manifest = readManifest(files.base);
    return manifest === null ? null : { ...manifest, identity: metIn(manifest).identity };
  } catch (error) {
    if (hasCode(error, 'BASELINE_DAMAGED')) return null;
    throw error;
  }
}

/** The remote that a baseline is from. */
export function metIn({ remote: location, identity = identityAt(location) }: Manifest): MetRemote {
  return { location, identity };
}

/**
 * Notes in the base's manifest which remote it belongs to, if that says anything new. Of another remote than before, nothing
 * is known: neither whether it has been written to, nor under which hidden rowids its rows are.
 */
export function adoptRemote(project: Project, { location, identity }: MetRemote): void {
  const { files } = project;
  const known = knownRemote(project);
  if (known === null) return;
  const isSame = isSameRemote(known.identity, identity);
  const isNew = JSON.stringify(readManifest(files.base)?.identity) !== JSON.stringify(identity);
  // A log that is not reported this once is still known.
  if (isSame && (!isNew || (identity.log === null && known.identity.log !== null))) return;
  const write = (): void => {
    const manifest = isSame ? known : asUnknown(known, files.base.database);
    const text = `${JSON.stringify({ ...manifest, remote: location, identity }, null, 2)}\n`;
    try {
      fs.writeFileSync(`${files.base.manifest}.new`, text);
      fs.renameSync(`${files.base.manifest}.new`, files.base.manifest);
    } catch (error) {
      throw fileSystemError(error, files.base.manifest);
    }
  };
  if (holdsLock(files.lock)) write();
  else if (!isSame) withLockNow(files.lock, write);
}

function asUnknown(manifest: KnownRemote, database: string): Manifest {
  const tables = using(openReadOnly(database), (db) => [...readSchema(db).tables.keys()]);
  const { userVersionStaysLocal: _, ...known } = manifest;
  return { ...withMovedRowids(known, tables), fingerprint: null };
}
