// `turso-core/fingerprint`, for turso-sync-plugin: the check of a build tool before each run, in one file that loads nothing else. Its process
// has no database open, so the work runs there.
export { fingerprintOf as fingerprint } from './commands/fingerprint';
export { TursoSyncError } from './errors';
export { parseRemoteUrl, type RemoteAddress } from './remote/url';
