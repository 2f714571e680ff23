import path from 'node:path';
import type { ExecutorContext } from '@nx/devkit';
import type { LoadProjectOptions } from 'turso-core/own-process';

/** Returns the options with which turso-core finds the project of a task. */
export function projectOf(
  { config, env }: { readonly config?: string | undefined; readonly env?: string | undefined },
  context: ExecutorContext,
): LoadProjectOptions {
  return {
    cwd: path.join(context.root, projectRootOf(context)),
    ...(config === undefined ? {} : { config }),
    ...(env === undefined ? {} : { env }),
  };
}

/** Returns the folder of a task's project, relative to the workspace. */
export function projectRootOf({ projectName, projectsConfigurations }: ExecutorContext): string {
  const root = projectsConfigurations.projects[projectName ?? '']?.root;
  if (root === undefined) throw new Error(`Nx knows no project "${projectName ?? ''}"`);
  return root;
}
