import path from 'node:path';
import { isFile, isReplicaThere, replicaFiles } from '../sqlite/files/replica-files';
import type { Project } from './project';

/**
 * How a folder is used: by a live connection with its replica, by a working copy and its base, or not yet. OCaml's `detect_workflow_mode`
 * follows the same rule and calls the modes `ffi`, `legacy` and `uninitialized`.
 */
export type WorkflowMode = 'live-connection' | 'working-copy' | 'uninitialized';

/** Tells the mode by the files in the folder. A replica wins over a working copy: a program connects through it. */
export function workflowMode({ replica, workingCopy, files }: Project): WorkflowMode {
  if (isReplicaThere(replicaFiles(replica))) return 'live-connection';
  // Version 0.1 kept the base in the state folder itself.
  const bases = [files.base.database, path.join(files.directory, 'base', 'baseline.db')];
  return isFile(workingCopy) && bases.some(isFile) ? 'working-copy' : 'uninitialized';
}
