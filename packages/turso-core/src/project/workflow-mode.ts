import path from 'node:path';
import { isFile, isReplicaThere, replicaFiles } from '../sqlite/files/replica-files';
import type { Project } from './project';

/**
 * Which way of working a folder is in: `ffi`, a live connection with its replica; `legacy`, a working copy and its base; or
 * `uninitialized`. The words are those of the OCaml library's `detect_workflow_mode`, which tells the same.
 */
export type WorkflowMode = 'ffi' | 'legacy' | 'uninitialized';

/** Tells by the files that are there. Where there are both, it is `ffi`: a replica is there since a program is connected by it. */
export function workflowMode({ replica, workingCopy, files }: Project): WorkflowMode {
  if (isReplicaThere(replicaFiles(replica))) return 'ffi';
  // Version 0.1 kept the base in the state folder itself.
  const bases = [files.base.database, path.join(files.directory, 'base', 'baseline.db')];
  return isFile(workingCopy) && bases.some(isFile) ? 'legacy' : 'uninitialized';
}
