import { TursoSyncError } from 'turso-core/own-process';
import { guardProcessGroups, type ProcessGroups } from './process-groups';

/** The result of a program. */
export interface Ended {
  readonly isSuccess: boolean;
  /** Whether there is no program of that name. */
  readonly isMissing: boolean;
  /** How it ended, in words, such as "ended with exit code 101". */
  readonly how: string;
  readonly stdout: string;
  readonly stderr: string;
}

/** The settings to run a program with. */
export interface RunOptions {
  readonly cwd: string;
  /** Receives each line of its standard error as it comes. Default is no receiver. */
  readonly onLine?: (line: string) => void;
}

/** Runs programs. All of them end with this process, or when it is told to end. */
export interface Programs {
  /** Runs one and waits for it. Throws INTERRUPTED if this process was told to end meanwhile. */
  run(command: readonly string[], options: RunOptions): Promise<Ended>;
}

/** Gives some work the means to run programs, and leaves none running afterwards. */
export async function withPrograms<T>(
  environment: Readonly<Record<string, string | undefined>>,
  work: (programs: Programs) => Promise<T>,
): Promise<T> {
  const groups = guardProcessGroups();
  try {
    return await work({ run: (command, options) => run(command, options, environment, groups) });
  } finally {
    groups.release();
  }
}

async function run(
  [program = '', ...args]: readonly string[],
  { cwd, onLine }: RunOptions,
  environment: Readonly<Record<string, string | undefined>>,
  groups: ProcessGroups,
): Promise<Ended> {
  requireGoingOn(groups);
  const { execa } = await import('execa');
  const child = execa(program, args, {
    cwd,
    env: environment,
    extendEnv: false,
    stdin: 'ignore',
    stderr: function* (line: unknown) {
      onLine?.(String(line));
      yield line;
    },
    reject: false,
    // A group of its own, since cargo does not end its compilers when it is ended.
    detached: true,
    cleanup: false,
  });
  const forget = child.pid === undefined ? () => undefined : groups.add(child.pid);
  const result = await child;
  forget();
  requireGoingOn(groups);
  return {
    isSuccess: !result.failed,
    isMissing: result.code === 'ENOENT',
    how:
      result.exitCode === undefined
        ? `was ended by ${result.signal ?? result.code ?? 'an unknown cause'}`
        : `ended with exit code ${result.exitCode}`,
    stdout: result.stdout,
    stderr: result.stderr,
  };
}

function requireGoingOn({ endedBy }: ProcessGroups): void {
  if (endedBy === null) return;
  throw new TursoSyncError('INTERRUPTED', `Ended by ${endedBy}.`, {
    hint: 'Run the target again: cargo and dune go on where they were.',
    retryable: true,
  });
}
