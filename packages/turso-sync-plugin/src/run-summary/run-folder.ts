import path from 'node:path';
import { dataFolder } from '../data-folder';

/** Names the folder for the notes of a run's tasks. */
const VARIABLE = 'TURSO_SYNC_NX_RUN';

/** Tells the tasks of a run the folder for their notes. Nx passes on the variable. */
export function nameRunFolder(workspaceRoot: string, id: string): void {
  process.env[VARIABLE] = runFolder(workspaceRoot, id);
}

/** Returns the folder for this task's note, or undefined if Nx has not called the plugin. */
export function namedRunFolder(): string | undefined {
  return process.env[VARIABLE];
}

/** Returns the folder of one run. There may be several at once. */
export function runFolder(workspaceRoot: string, id: string): string {
  return path.join(runsFolder(workspaceRoot), id.replace(/\W/g, '_'));
}

/** Returns the parent of all run folders: beside Nx's own data, so `nx reset` removes them. */
export function runsFolder(workspaceRoot: string): string {
  return path.join(dataFolder(workspaceRoot), 'turso-sync-runs');
}
