/** The programs that were started, each the first of a process group of its own. */
export interface ProcessGroups {
  /** The signal that told this process to end, or null. */
  readonly endedBy: NodeJS.Signals | null;
  /** Has a group ended with this process; answers with what to call once it has ended by itself. */
  add(pid: number): () => void;
  /** Takes no more notice of signals. */
  release(): void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** How long programs may take to end by themselves, in milliseconds. */
const PATIENCE = 3000;

/** From now on, whatever tells this process to end tells all groups to, and they do not outlive it. */
export function guardProcessGroups(): ProcessGroups {
  const pids = new Set<number>();
  let endedBy: NodeJS.Signals | null = null;
  const signalAll = (signal: NodeJS.Signals): void => pids.forEach((pid) => signalGroup(pid, signal));
  const end = (signal: NodeJS.Signals): void => {
    endedBy ??= signal;
    signalAll('SIGTERM');
    setTimeout(signalAll, PATIENCE, 'SIGKILL').unref();
  };
  // Nx may well end this process by itself before the programs have had their time.
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
        // What a program has started may still be there when it has ended, though only where it was made to.
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
    // it has ended already
  }
}
