/** The older name of `push`. */
export { default, type PushExecutorOptions as DumpPushOptions } from './push';
