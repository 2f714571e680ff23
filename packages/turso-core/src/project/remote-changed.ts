import { TursoSyncError } from '../errors';
import { hasSameUrl, type RemoteIdentity } from '../remote/identity';
import type { Project } from './project';
import type { Manifest } from './state/manifest';

/** A remote as it is met now. */
export interface MetRemote {
  readonly location: string;
  readonly identity: RemoteIdentity;
}

/** The error for a remote that is another than the base's. */
export function remoteChanged(
  project: Pick<Project, 'environment' | 'variables'>,
  known: Pick<Manifest, 'remote'> & { readonly identity: RemoteIdentity },
  met: MetRemote,
): TursoSyncError {
  const accept =
    'If you mean this remote, confirm it once with --accept-remote: your edits are kept, and nothing is written without guards.';
  const whose =
    project.environment === null ? 'The base' : `The base of the environment "${project.environment}"`;
  if (!hasSameUrl(known.identity, met.identity)) {
    const sameLog =
      known.identity.log !== null && known.identity.log === met.identity.log
        ? ' Both report the same log, so they may be one database under two URLs, or copies of one.'
        : '';
    return new TursoSyncError(
      'REMOTE_CHANGED',
      `${whose} belongs to ${known.remote}, but ${project.variables.url} names ${met.location}.${sameLog}`,
      { hint: `Set ${project.variables.url} back to ${known.remote}. ${accept}` },
    );
  }
  return new TursoSyncError(
    'REMOTE_CHANGED',
    `${whose} belongs to ${known.remote} with the log ${String(known.identity.log)}, but ${met.location} now has the log ${String(met.identity.log)}.`,
    {
      hint: `It may be another database. A server that crashed and rebuilt its log looks the same. If it is another, set ${project.variables.url} to the one you mean. ${accept}`,
    },
  );
}
