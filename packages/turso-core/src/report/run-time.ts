import type { CoreEvent, OnEvent } from '../events';

/** Accounts for the time of a run. */
export interface RunTime {
  readonly onEvent: OnEvent;
  /** Returns the whole time since the process began, divided into its start, the steps and the rest. */
  describe(): string;
}

/** Begins to account, once all code for the command is loaded. `now` is in milliseconds since the process began. */
export function createRunTime(now: () => number = () => performance.now()): RunTime {
  const started = now();
  let depth = 0;
  let inSteps = 0;
  let begun = 0;
  return {
    onEvent({ type }: CoreEvent) {
      // Steps inside other steps count once.
      if (type === 'begin' && depth++ === 0) begun = now();
      if (type === 'step' && --depth === 0) inSteps += now() - begun;
    },
    describe() {
      const end = now();
      const rest = end - started - inSteps;
      const [total, start, steps, other] = [end, started, inSteps, rest].map(Math.round);
      return `total: ${total} ms (start ${start} ms, steps ${steps} ms, rest ${other} ms)`;
    },
  };
}
