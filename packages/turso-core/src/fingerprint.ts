// `turso-core/fingerprint`: what a build tool asks for before each run, in one file that loads nothing else. Its process
// has no database open, so the work is done there.
export { fingerprint } from './commands/fingerprint';
export { TursoSyncError } from './errors';
export { parseRemoteUrl, type RemoteAddress } from './remote/url';
