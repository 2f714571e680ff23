import path from 'node:path';
import { dataFolder } from '../data-folder';

/** Names the folder in which the tasks of a run leave how they ended. */
const VARIABLE = 'TURSO_SYNC_NX_RUN';

/** Tells the tasks of a run where to leave how they ended. Nx hands on what this sets. */
export function nameRunFolder(workspaceRoot: string, id: string): void {
  process.env[VARIABLE] = runFolder(workspaceRoot, id);
}

/** Where this task is to leave how it ended; undefined if Nx has not asked the plugin. */
export function namedRunFolder(): string | undefined {
  return process.env[VARIABLE];
}

/** The folder of one run, of which there may be several at once. */
export function runFolder(workspaceRoot: string, id: string): string {
  return path.join(runsFolder(workspaceRoot), id.replace(/\W/g, '_'));
}

/** Where the folders of runs are: beside what Nx keeps, so `nx reset` removes them. */
export function runsFolder(workspaceRoot: string): string {
  return path.join(dataFolder(workspaceRoot), 'turso-sync-runs');
}
