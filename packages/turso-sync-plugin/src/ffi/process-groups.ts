/** The programs that were started, each the first of a process group of its own. */
export interface ProcessGroups {
  /** The signal that told this process to end, or null. */
  readonly endedBy: NodeJS.Signals | null;
  /** Makes a group end with this process. Returns a function to call once the group has ended by itself. */
  add(pid: number): () => void;
  /** Stops listening for signals. */
  release(): void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Milliseconds for programs to end by themselves. */
const PATIENCE = 3000;

/** Begins to pass on signals: a signal that ends this process ends all groups, and they do not outlive it. */
export function guardProcessGroups(): ProcessGroups {
  const pids = new Set<number>();
  let endedBy: NodeJS.Signals | null = null;
  const signalAll = (signal: NodeJS.Signals): void => pids.forEach((pid) => signalGroup(pid, signal));
  const end = (signal: NodeJS.Signals): void => {
    endedBy ??= signal;
    signalAll('SIGTERM');
    setTimeout(signalAll, PATIENCE, 'SIGKILL').unref();
  };
  // Nx may end this process by itself before the programs have had their time.
  const kill = (): void => signalAll('SIGKILL');
  for (const signal of SIGNALS) process.on(signal, end);
  process.on('exit', kill);
  return {
    get endedBy() {
      return endedBy;
    },
    add(pid) {
      pids.add(pid);
      return () => {
        // If a program was made to end, its own children may outlive it.
        if (endedBy !== null) signalGroup(pid, 'SIGKILL');
        pids.delete(pid);
      };
    },
    release() {
      for (const signal of SIGNALS) process.off(signal, end);
      process.off('exit', kill);
    },
  };
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended already.
  }
}
