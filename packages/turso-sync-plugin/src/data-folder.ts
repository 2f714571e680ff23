import path from 'node:path';

/** Returns the folder of Nx's own data on a workspace. `nx reset` removes it. */
export function dataFolder(workspaceRoot: string): string {
  return path.resolve(
    workspaceRoot,
    process.env['NX_WORKSPACE_DATA_DIRECTORY'] ?? path.join('.nx', 'workspace-data'),
  );
}
