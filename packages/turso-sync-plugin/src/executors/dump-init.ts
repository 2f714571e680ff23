/** The older name of `init`. */
export { default, type InitExecutorOptions as DumpInitOptions } from './init';
