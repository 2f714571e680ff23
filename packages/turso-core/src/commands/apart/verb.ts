import { checkOptions } from '../../check-options';
import type { OnEvent, VerbOptions } from '../../events';
import { freePassed } from '../../passed-bytes';
import { innerProject, type Project } from '../../project/handle';
import type { Project as InnerProject } from '../../project/project';
import { reportRun, since } from '../reporting/report-run';
import type { Own, VerbResult } from '../verb-result';
import { abortable } from './abortable';
import type { ProjectPart } from './pack-project';
import { VERB_OPTIONS } from './verb-options';
import type { VerbName } from './verbs';

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

/** A function of a project that may run in another process. */
type Callable<A extends unknown[], R> = (project: Project, ...args: A) => Promise<R>;

/**
 * Makes a public verb from a function that works in the calling process. The function returns what it has found. The
 * facts of the run, the same for every verb, are added here, so no verb can lack one.
 */
export function verb<A extends [options?: VerbOptions], R extends VerbResult>(
  name: VerbName,
  work: (project: InnerProject, options: Exclude<A[0], undefined> & Heard) => Promise<Own<R>>,
): Callable<A, R> {
  const reported = (project: InnerProject, ...[options]: A): Promise<R> =>
    reportRun(project, options?.onEvent, (onEvent) =>
      work(project, { ...options, onEvent } as Exclude<A[0], undefined> & Heard),
    ) as Promise<R>;
  const call = callable(name, reported);
  return async (project, ...args) => {
    const start = performance.now();
    const result = await call(project, ...args);
    // With the time to start a process.
    return { ...result, durationMs: since(start) };
  };
}

/** The options of a verb, which always has a listener inside. */
interface Heard {
  readonly onEvent: OnEvent;
}

/**
 * Makes a public function from one that works in the calling process.
 *
 * @param where - `here` for a verb that needs no process of its own. Default is the choice for this process.
 */
export function callable<A extends unknown[], R>(
  name: VerbName,
  work: (project: InnerProject, ...args: A) => Promise<R>,
  where?: 'here',
): Callable<A, R> {
  return async (project, ...args) => {
    const inner = innerProject(`${name}()`, project);
    const [options] = args as readonly unknown[] as [VerbOptions?];
    checkOptions(`${name}()`, options, VERB_OPTIONS[name]);
    if (isApart && where !== 'here') return apart(name, inner, options) as Promise<R>;
    freePassed();
    const { signal } = options ?? {};
    if (signal === undefined) return work(inner, ...args);
    return abortable({ ...options, signal }, (own) =>
      work(inner, ...([{ ...options, ...own }] as unknown[] as A)),
    );
  };
}

// Loaded on demand, because the command line never needs it.
function apart(name: VerbName, project: ProjectPart, options: VerbOptions | undefined): Promise<unknown> {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { runApart } = require('./run-apart') as typeof import('./run-apart');
  return runApart(name, project, options);
}
