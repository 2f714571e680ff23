import { TursoSyncError } from '../errors';
import type { Project as InnerProject } from './project';

/**
 * A project: the basis of every verb. `open` and `loadProject` make it. All paths are absolute. It holds no secret, so
 * it may be printed.
 */
export interface Project {
  /** The project's folder. */
  readonly directory: string;
  /** The config file in use, or null. */
  readonly configFile: string | null;
  /** The name of the environment in use (`--env`), or null. */
  readonly environment: string | null;
  /** The names of all environments of the config. */
  readonly environments: readonly string[];
  /** The app's own database: plain SQLite, without any additions by turso-sync. */
  readonly workingCopy: string;
}

/** The projects that programs hold, with what only verbs may know: paths of files, and functions that tell secrets. */
const inner = new WeakMap<object, InnerProject>();

/** Returns a project for a program. Inspecting it, or converting it to JSON, shows nothing that is not in its type. */
export function handleOf(project: InnerProject): Project {
  const { directory, configFile, environment, environments, workingCopy } = project;
  const handle = Object.freeze({
    directory,
    configFile,
    environment,
    environments: Object.freeze([...environments]),
    workingCopy,
  });
  inner.set(handle, project);
  return handle;
}

/** Returns the project that a verb works on. Throws USAGE for anything else than a project. */
export function innerProject<P extends object>(call: string, given: P): P & InnerProject {
  const known = inner.get(given) ?? given;
  // A verb of turso-sync passes on what it was given itself.
  if (typeof (known as Partial<InnerProject> | null)?.address === 'function')
    return known as P & InnerProject;
  throw new TursoSyncError('USAGE', `The first argument of ${call} is not a project.`, {
    hint: 'Pass what `open` or `await loadProject` of the same turso-core returned.',
  });
}
