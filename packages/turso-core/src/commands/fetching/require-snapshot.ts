import { TursoSyncError } from '../../errors';
import { checkRemote } from '../../project/connect-to';
import type { Project } from '../../project/project';
import { metIn } from '../../project/state/known-remote';
import { isOfExclude, requireManifest, type Manifest } from '../../project/state/manifest';

/**
 * Returns the existing snapshot as if it had just been taken. It must come from the base's remote and have the present
 * `exclude`. Throws SNAPSHOT_MISSING and REMOTE_CHANGED.
 */
export function requireSnapshot(project: Project, acceptRemote: boolean): Manifest {
  const { snapshot } = project.files;
  const manifest = requireManifest(snapshot);
  if (manifest === null) throw missing(`There is no snapshot in ${snapshot.directory}.`);
  checkRemote(project, metIn(manifest), acceptRemote);
  if (isOfExclude(manifest, project.exclude)) return manifest;
  throw missing(`The snapshot in ${snapshot.directory} was taken with another "exclude".`);
}

function missing(message: string): TursoSyncError {
  return new TursoSyncError('SNAPSHOT_MISSING', message, {
    hint: 'Run the turso-snapshot target, or `turso-sync init`, first.',
  });
}
