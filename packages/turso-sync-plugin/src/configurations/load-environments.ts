import { loadProject, type LoadProjectOptions, type Project } from 'turso-core/own-process';

/** A project's environments, each as the commands of turso-core take it. */
export interface Environments {
  /** What targets use without a configuration. */
  readonly base: Project;
  /** Those that have a name, and so a configuration. */
  readonly named: ReadonlyMap<string, Project>;
}

/** Reads a project's config for each of its environments; `env` is the base. Throws CONFIG_INVALID and its like. */
export async function loadEnvironments(options: LoadProjectOptions): Promise<Environments> {
  const base = await loadProject(options);
  const named = new Map<string, Project>();
  for (const env of base.environments) named.set(env, await loadProject({ ...options, env }));
  return { base, named };
}
