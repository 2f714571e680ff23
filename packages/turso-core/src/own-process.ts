/**
 * `turso-core/own-process`: all of `turso-core` and `turso-core/report` in one file, which loads in half the time, for programs
 * that are started for one piece of work, as Nx starts its executors. Verbs work in the process that calls them, unless
 * {@link runVerbsApart} was called: no database may be open there.
 */
import { runVerbsHere } from './commands/apart/verb';

export * from './index';
export * from './report/index';
export { runVerbsApart } from './commands/apart/verb';

runVerbsHere();
