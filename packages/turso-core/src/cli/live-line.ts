import type { OnEvent } from '../events';
import { createProgressLine } from '../report/progress-line';

/** One line at the end of a terminal that shows what a command is at. Other lines are printed above it. */
export interface LiveLine {
  readonly onEvent: OnEvent;
  /** Removes the line. */
  end(): void;
}

/** Commands that end sooner, in milliseconds, show no line. */
const DELAY = 300;

/** Columns that the spinner takes, and one that stays free. */
const MARGIN = 3;

const MIN_COLUMNS = 20;

/** Makes the line; null if the stream is no terminal on which a line can change. */
export async function createLiveLine(stream: NodeJS.WriteStream): Promise<LiveLine | null> {
  // A terminal that nobody has given a size has no columns.
  if (!stream.isTTY || stream.columns < MIN_COLUMNS) return null;
  if (process.env['TERM'] === 'dumb' || process.env['CI'] !== undefined) return null;
  const { default: ora } = await import('ora');
  const line = createProgressLine();
  // Raw mode would keep Ctrl+C from a command whose thread is at work.
  const spinner = ora({ stream, discardStdin: false });
  const show = (): void => {
    spinner.text = line.text(stream.columns - MARGIN);
    if (!spinner.isSpinning) spinner.start();
    // Timers rest while the thread is at work.
    else spinner.render();
  };
  const start = performance.now();
  // A step without events has a time that goes on.
  let ticking: NodeJS.Timeout | undefined;
  const timer = setTimeout(() => {
    show();
    ticking = setInterval(show, 1000).unref();
  }, DELAY).unref();
  return {
    onEvent(event) {
      if (line.take(event) && performance.now() - start >= DELAY) show();
    },
    end() {
      clearTimeout(timer);
      clearInterval(ticking);
      spinner.stop();
    },
  };
}
