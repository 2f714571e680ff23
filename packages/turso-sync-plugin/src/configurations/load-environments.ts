import { loadProject, type LoadProjectOptions, type Project } from 'turso-core/own-process';

/** A project's environments, each in the form for commands of turso-core. */
export interface Environments {
  /** The one for targets without a configuration. */
  readonly base: Project;
  /** Those with a name, and so with a configuration. */
  readonly named: ReadonlyMap<string, Project>;
}

/**
 * Reads a project's config for each of its environments. `env` is the base. Throws CONFIG_INVALID and related errors.
 */
export async function loadEnvironments(options: LoadProjectOptions): Promise<Environments> {
  const base = await loadProject(options);
  const named = new Map<string, Project>();
  for (const env of base.environments) named.set(env, await loadProject({ ...options, env }));
  return { base, named };
}
