import type { OnEvent } from '../events';
import type { TursoSyncError } from '../errors';
import { createNarrator } from '../report/narrator';
import { createRunTime } from '../report/run-time';
import type { Line } from '../report/terminal/line';
import type { CommonOptions } from './common-options';
import { createLiveLine } from './live-line';
import { showPaged } from './pager';
import { hasColors, painted } from './terminal';
import { createRedactor } from '../report/redactor';
import { JSON_VERSION, type PrintedError } from './printed';
import { inSamePlace } from './same-place';
import { describeError } from '../report/text';
import { withoutTokens } from '../project/config/config';
import { shownJson, shownLines } from '../report/shown';

/** How much is printed, and where. */
export interface OutputOptions {
  readonly json?: boolean;
  readonly verbose?: boolean;
  readonly quiet?: boolean;
  /** Whether a long answer goes to the pager. Default is false. */
  readonly pager?: boolean;
}

/** The only place that prints. Answers go to stdout, everything on the way there to stderr. */
export interface Output {
  readonly onEvent: OnEvent;
  /** A secret that must not be printed, wherever it might come from. */
  readonly hide: (secret: string | undefined) => void;
  /** A text without these secrets. */
  readonly clean: (text: string) => string;
  /** `lines` are those of the text, with their colours. */
  answer(result: unknown, text: string, lines?: readonly Line[]): void;
  fail(error: TursoSyncError): void;
}

/** Shortest time between two lines of progress, in milliseconds, if there is no line that moves. */
const PROGRESS_INTERVAL = 5000;

/** Prints for one run of a subcommand. */
export async function createOutput(command: string, options: CommonOptions): Promise<Output> {
  const { hide, clean } = createRedactor();
  const advise = inSamePlace(options);
  // Whatever text it is: nothing in it may act on the terminal.
  const say = (text: string): unknown => process.stderr.write(`${shownLines(clean(advise(text)))}\n`);
  const print = (text: string, lines: readonly Line[] = []): unknown => {
    const safe = shownLines(clean(text));
    const whole = `${hasColors(process.stdout) ? painted(safe, lines) : safe}\n`;
    return (options.pager === true && showPaged(whole, process.stdout)) || process.stdout.write(whole);
  };
  const { verbose, quiet } = options;
  const live = quiet === true ? null : await createLiveLine(process.stderr);
  const runTime = createRunTime();
  const progressInterval = live === null ? PROGRESS_INTERVAL : Infinity;
  const narrate = createNarrator({ say, verbose, quiet, progressInterval });
  const end = (): void => {
    live?.end();
    if (verbose === true) say(runTime.describe());
  };
  return {
    onEvent(event) {
      runTime.onEvent(event);
      narrate(event);
      live?.onEvent(event);
    },
    hide,
    clean,
    answer(result, text, lines) {
      end();
      if (options.json === true) print(shownJson({ command, version: JSON_VERSION, ok: true, result }));
      else if (options.quiet !== true && text !== '') print(advise(text), lines);
    },
    fail(error) {
      end();
      // Also tokens that are not known to be in use, such as one that was given where a name belongs.
      const known = error.toJSON();
      const printed = {
        command,
        version: JSON_VERSION,
        ok: false,
        error: { ...known, hint: known.hint === null ? null : advise(known.hint) },
      } satisfies PrintedError;
      if (options.json === true) print(withoutTokens(shownJson(printed)));
      say(withoutTokens(describeError(error)));
    },
  };
}
