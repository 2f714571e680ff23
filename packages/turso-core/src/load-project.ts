import { handleOf, type Project } from './project/handle';
import { loadProject as load, type LoadProjectOptions } from './project/load-project';

export type { LoadProjectOptions } from './project/load-project';

/**
 * Opens a project by its config. The URL, the token and the encryption key come from the environment, or else from
 * `.env` beside the config. They are looked up only on demand. Without a config, it uses the defaults of all settings.
 * {@link open} takes everything from the program instead.
 * Throws CONFIG_UNREADABLE, CONFIG_INVALID and CONFIG_HAS_SECRET, and USAGE for a missing folder.
 *
 * @example
 * ```ts
 * import { loadProject } from 'turso-core';
 *
 * const project = await loadProject({ cwd: 'apps/mailer' });
 * console.log(project.workingCopy);
 * ```
 */
export async function loadProject(options: LoadProjectOptions = {}): Promise<Project> {
  return handleOf(await load(options));
}
