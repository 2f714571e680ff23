import path from 'node:path';
import { TursoSyncError } from '../errors';
import { parseRemoteUrl, type RemoteAddress } from './url';

/** Which remote it is. Two with the same URL are two remotes if their servers report different logs. */
export interface RemoteIdentity {
  /** The URL that requests go to, or that of the file, without credentials. */
  readonly url: string;
  /** The file relative to the project, so that a project may move together with its remote; absent for a server. */
  readonly relative?: string;
  /** The id of the server's log, or null if it reports none. */
  readonly log: string | null;
}

/** The identity of the remote at an address, as far as the address tells. */
export function identityOf(address: RemoteAddress, directory: string): RemoteIdentity {
  if (address.kind === 'http') return { url: address.url.href, log: null };
  const relative = path.relative(directory, address.file).split(path.sep).join('/');
  return { url: address.location, relative, log: null };
}

/** The identity of a remote of which only the location is known, as version 0.1 noted it. */
export function identityAt(location: string): RemoteIdentity {
  try {
    return { url: identityOf(parseRemoteUrl(location, ''), '').url, log: null };
  } catch (error) {
    if (error instanceof TursoSyncError) return { url: location, log: null };
    throw error;
  }
}

/** Whether two identities have the same URL. */
export function hasSameUrl(a: RemoteIdentity, b: RemoteIdentity): boolean {
  return a.url === b.url || (a.relative !== undefined && a.relative === b.relative);
}

/** Whether two identities are of one remote. A server that reports no log is known by its URL. */
export function isSameRemote(a: RemoteIdentity, b: RemoteIdentity): boolean {
  return hasSameUrl(a, b) && (a.log === null || b.log === null || a.log === b.log);
}
