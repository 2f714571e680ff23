import type { OnEvent } from '../events';
import type { TursoSyncError } from '../errors';
import { createNarrator } from '../report/narrator';
import { createRedactor } from '../report/redactor';
import { describeError } from '../report/text';
import { withoutTokens } from '../project/config/config';
import { shownJson, shownLines } from '../report/shown';

/** How much is printed, and where. */
export interface OutputOptions {
  readonly json?: boolean;
  readonly verbose?: boolean;
  readonly quiet?: boolean;
}

/** The only place that prints. Answers go to stdout, everything on the way there to stderr. */
export interface Output {
  readonly onEvent: OnEvent;
  /** A secret that must not be printed, wherever it might come from. */
  readonly hide: (secret: string | undefined) => void;
  answer(result: unknown, text: string): void;
  fail(error: TursoSyncError): void;
}

/** Shortest time between two lines of progress, in milliseconds. */
const PROGRESS_INTERVAL = 500;

/** Prints for one run of a subcommand. */
export function createOutput(command: string, options: OutputOptions): Output {
  const { hide, clean } = createRedactor();
  // Whatever text it is: nothing in it may act on the terminal.
  const say = (text: string): unknown => process.stderr.write(`${shownLines(clean(text))}\n`);
  const print = (text: string): unknown => process.stdout.write(`${shownLines(clean(text))}\n`);
  const { verbose, quiet } = options;
  return {
    onEvent: createNarrator({ say, verbose, quiet, progressInterval: PROGRESS_INTERVAL }),
    hide,
    answer(result, text) {
      if (options.json === true) print(shownJson({ command, ok: true, result }));
      else if (options.quiet !== true && text !== '') print(text);
    },
    fail(error) {
      // Also tokens that are not known to be in use, such as one that was given where a name belongs.
      if (options.json === true) print(withoutTokens(shownJson({ command, ok: false, error })));
      say(withoutTokens(describeError(error)));
    },
  };
}
