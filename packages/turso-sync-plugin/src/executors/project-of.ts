import path from 'node:path';
import type { ExecutorContext } from '@nx/devkit';
import type { LoadProjectOptions } from 'turso-core/own-process';

/** How turso-core finds the project of a task. */
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

/** The folder of the project that a task belongs to, relative to the workspace. */
export function projectRootOf({ projectName, projectsConfigurations }: ExecutorContext): string {
  const root = projectsConfigurations.projects[projectName ?? '']?.root;
  if (root === undefined) throw new Error(`Nx knows no project "${projectName ?? ''}"`);
  return root;
}
