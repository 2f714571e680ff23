import path from 'node:path';

/** The folder where Nx keeps what it knows of a workspace; `nx reset` removes it. */
export function dataFolder(workspaceRoot: string): string {
  return path.resolve(
    workspaceRoot,
    process.env['NX_WORKSPACE_DATA_DIRECTORY'] ?? path.join('.nx', 'workspace-data'),
  );
}
