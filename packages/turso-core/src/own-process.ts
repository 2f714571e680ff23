/**
 * `turso-core/own-process`: all of `turso-core` and `turso-core/report` in one file. It loads in half the time. It
 * suits programs started for one task, like Nx executors. Verbs run in the calling process, so it must not have a
 * database open. {@link runVerbsApart} changes this.
 */
import { runVerbsHere } from './commands/apart/verb';

export * from './index';
export * from './report/index';
export { runVerbsApart } from './commands/apart/verb';

runVerbsHere();
