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

/** The manifest of a base, with its remote. */
export type KnownRemote = Manifest & { readonly identity: RemoteIdentity };

/**
 * Returns the manifest of a project's base, with its remote. Returns null if there is no base with a readable manifest.
 * Throws STATE_TOO_NEW.
 */
export function knownRemote({ files }: Project): KnownRemote | null {
  recoverDirectory(files.base.directory);
  try {
    const manifest = readManifest(files.base);
    return manifest === null ? null : { ...manifest, identity: metIn(manifest).identity };
  } catch (error) {
    if (hasCode(error, 'BASE_DAMAGED')) return null;
    throw error;
  }
}

/** Returns the remote of a snapshot. */
export function metIn({ remote: location, identity = identityAt(location) }: Manifest): MetRemote {
  return { location, identity };
}

/**
 * Notes the base's remote in its manifest, if there is news. For a different remote, everything is unknown: any writes
 * since, and the hidden rowids of its rows.
 */
export function adoptRemote(project: Project, { location, identity }: MetRemote): void {
  const { files } = project;
  const known = knownRemote(project);
  if (known === null) return;
  const isSame = isSameRemote(known.identity, identity);
  const isNew = JSON.stringify(readManifest(files.base)?.identity) !== JSON.stringify(identity);
  // If the log is missing from one report, the last one still holds.
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
