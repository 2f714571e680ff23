import { createNodes } from './inference/create-nodes';

export { createNodes };
/** The name that Nx 21 looks for; the same value. */
export const createNodesV2 = createNodes;
export const name = 'turso-sync-plugin';
export { preTasksExecution } from './configurations/asked';
export type { PluginOptions } from './inference/options';
export type { DumpInitOptions } from './executors/dump-init';
export type { DumpPushOptions } from './executors/dump-push';
export type { FfiBuildExecutorOptions } from './executors/ffi-build';
export type { InitExecutorOptions } from './executors/init';
export type { PushExecutorOptions } from './executors/push';
export type { SnapshotOptions } from './executors/snapshot';
export type { StatusOptions } from './executors/status';
