import path from 'node:path';
import { TursoSyncError } from '../errors';
import { parseRemoteUrl, type RemoteAddress } from './url';

/** The identity of a remote. Two with the same URL are different remotes if their servers report different logs. */
export interface RemoteIdentity {
  /** The URL for requests or of the file, without credentials. */
  readonly url: string;
  /** The file relative to the project, because a project may move together with its remote. Absent for a server. */
  readonly relative?: string;
  /** The id of the server's log, or null if it reports none. */
  readonly log: string | null;
}

/** Returns the identity of the remote at an address, as far as the address shows it. */
export function identityOf(address: RemoteAddress, directory: string): RemoteIdentity {
  if (address.kind === 'http') return { url: address.url.href, log: null };
  const relative = path.relative(directory, address.file).split(path.sep).join('/');
  return { url: address.location, relative, log: null };
}

/** Returns the identity of a remote from only its location, as early builds stored it. */
export function identityAt(location: string): RemoteIdentity {
  try {
    return { url: identityOf(parseRemoteUrl(location, ''), '').url, log: null };
  } catch (error) {
    if (error instanceof TursoSyncError) return { url: location, log: null };
    throw error;
  }
}

/** Checks whether two identities have the same URL. */
export function hasSameUrl(a: RemoteIdentity, b: RemoteIdentity): boolean {
  return a.url === b.url || (a.relative !== undefined && a.relative === b.relative);
}

/** Checks whether two identities belong to one remote. Without a log, the URL identifies a server. */
export function isSameRemote(a: RemoteIdentity, b: RemoteIdentity): boolean {
  return hasSameUrl(a, b) && (a.log === null || b.log === null || a.log === b.log);
}
