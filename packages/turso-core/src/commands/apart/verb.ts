import { checkOptions } from '../../check-options';
import { freePassed } from '../../passed-bytes';
import type { ProjectPart } from './pack-project';
import { VERB_OPTIONS } from './verb-options';
import type { Verb, VerbName } from './verbs';

let isApart = false;

/**
 * Makes every verb of this process run in a separate process from now on. The library calls this because it shares its
 * process with the app. Only a separate process is safe:
 *
 * - When a process closes any handle of a file, the system drops all of the process's locks on it (POSIX).
 * - Two copies of SQLite in one process do not see each other's locks, so both may write at once.
 *
 * The command line is its own process and does not need this.
 *
 * @see https://sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_
 */
export function runVerbsApart(): void {
  isApart = true;
}

/** Makes verbs run in this process again; it has no database open. */
export function runVerbsHere(): void {
  isApart = false;
}

/** Makes a public verb from a function that works in the calling process. */
export function verb<V extends Verb>(name: VerbName, work: V): V {
  const run: Verb = async (...args) => {
    checkOptions(`${name}()`, args[1], VERB_OPTIONS[name]);
    if (isApart) return apart(name, ...args);
    freePassed();
    return work(...args);
  };
  return run as V;
}

// Loaded on demand, because the command line never needs it.
function apart(name: VerbName, project: ProjectPart, options?: object): Promise<unknown> {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { runApart } = require('./run-apart') as typeof import('./run-apart');
  return runApart(name, project, options);
}
