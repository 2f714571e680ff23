import type { CoreEvent, Progress, StepName } from '../events';
import { amountOf, capitalized, describeProgress } from './event-text';

/** The line with the current work of a command. */
export interface ProgressLine {
  /** Takes an event. Returns whether the line has changed. */
  take(event: CoreEvent): boolean;
  /** Returns the line in at most `columns` columns: step, amount, bar, remaining time and rate, as far as they fit. */
  text(columns: number): string;
}

const BAR = 24;

/** Milliseconds before a rate is reliable enough to show. */
const RATE_AFTER = 1000;

interface Step {
  readonly what: StepName;
  readonly begun: number;
  progress: Progress | null;
}

/** Follows the events of a command. `now` is in milliseconds. */
export function createProgressLine(now: () => number = () => performance.now()): ProgressLine {
  const steps: Step[] = [];
  let last: Step = { what: 'connect', begun: now(), progress: null };
  return {
    take(event) {
      if (event.type === 'begin') steps.push({ what: event.what, begun: now(), progress: null });
      else if (event.type === 'step') last = steps.pop() ?? last;
      else if (event.type === 'progress') {
        const step = steps.findLast(({ what }) => what === event.what);
        if (step !== undefined) step.progress = event;
      } else return false;
      return true;
    },
    text(columns) {
      // Between two steps, the line stays.
      const step = steps.at(-1) ?? last;
      const parts = partsOf(step, now() - step.begun);
      let text = parts[0] ?? '';
      for (const part of parts.slice(1)) if (text.length + part.length + 2 <= columns) text += `  ${part}`;
      return text.slice(0, columns);
    },
  };
}

function partsOf({ what, progress }: Step, elapsed: number): string[] {
  const name = capitalized(what);
  const seconds = `${Math.round(elapsed / 1000)} s`;
  if (progress === null) return elapsed < RATE_AFTER ? [name] : [name, seconds];
  const { done, total, unit } = progress;
  const amount = describeProgress(progress);
  const rate = (done / elapsed) * 1000;
  const hasRate = elapsed >= RATE_AFTER && done > 0;
  const rateText = hasRate ? [`${amountOf(Math.round(rate), unit)}/s`] : [];
  if (total === null || total === 0) return [name, amount, ...rateText];
  const left = hasRate ? [`${Math.ceil((total - done) / rate)} s left`] : [];
  return [name, amount, bar(done / total), ...left, ...rateText];
}

function bar(share: number): string {
  const full = Math.round(Math.min(1, share) * BAR);
  return `[${'='.repeat(full)}${' '.repeat(BAR - full)}]`;
}
