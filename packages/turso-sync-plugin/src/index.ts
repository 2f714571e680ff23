import { createNodes } from './inference/create-nodes';

export { createNodes };
/** The name that Nx 21 looks for. It has the same value. */
export const createNodesV2 = createNodes;
export const name = 'turso-sync-plugin';
export { postTasksExecution } from './run-summary/end-of-run';
export { preTasksExecution } from './run-summary/start-of-run';
export type { PluginOptions } from './inference/options';
export type {
  DevExecutorOptions,
  DiffExecutorOptions,
  DumpExecutorOptions,
  FfiBuildExecutorOptions,
  InitExecutorOptions,
  PullExecutorOptions,
  PushExecutorOptions,
  SnapshotOptions,
  StatusOptions,
  UndoExecutorOptions,
  VerifyExecutorOptions,
} from './executors/options';
