import path from 'node:path';
import type { ExecutorContext } from '@nx/devkit';
import { projectRootOf } from './project-of';

/** Returns the files and folders that Nx keeps of a task, as absolute paths. */
export function declaredOutputs(options: object, context: ExecutorContext): string[] {
  const projectRoot = projectRootOf(context);
  const valueOf = (key: string): string => {
    const value = (options as Readonly<Record<string, unknown>>)[key];
    return typeof value === 'string' ? value : '';
  };
  return (context.target?.outputs ?? []).map((output) =>
    path.resolve(
      context.root,
      output
        .replace('{projectRoot}', projectRoot)
        .replace('{workspaceRoot}', '.')
        .replace(/\{options\.(\w+)\}/g, (_, key: string) => valueOf(key)),
    ),
  );
}
