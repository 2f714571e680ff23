/**
 * `turso-core/own-process`, for turso-sync-plugin: all of `turso-core` and `turso-core/report` in one file, and what only
 * our own programs use. It loads in half the time. Verbs run in the calling process, so it must not have a database
 * open. {@link runVerbsApart} changes this. It may change with any version.
 */
import { runVerbsHere } from './commands/apart/verb';

export * from './index';
export * from './report/index';
export { runVerbsApart } from './commands/apart/verb';
export { copy, type CopyOptions, type CopyResult } from './commands/copy';
export { snapshot, type SnapshotCommandOptions, type SnapshotResult } from './commands/snapshot';
export { nearest } from './nearest';
// With paths, and with the functions that tell secrets: these replace those for programs.
export { loadProject } from './project/load-project';
export type { Project } from './project/project';
export { rewordAdvice } from './report/advice';
export { snapshotText } from './report/text';
export { isPortableName } from './portable-name';

runVerbsHere();
