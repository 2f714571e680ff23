import {
  asKnownError,
  createNarrator,
  createRedactor,
  describeError,
  shownLines,
  type OnEvent,
} from 'turso-core/own-process';

/** How much is printed. */
export interface ReportOptions {
  readonly verbose?: boolean;
  readonly quiet?: boolean;
}

/** Prints for one run of an executor, in whole lines. Nx stores every line, and shows them again from its cache. */
export interface Report {
  readonly onEvent: OnEvent;
  /** Adds a secret. It must not be printed, whatever text contains it. */
  readonly hide: (secret: string | undefined) => void;
  /** Returns a text without these secrets, with advice for users of Nx. */
  readonly clean: (text: string) => string;
  /** Prints the result. */
  say(text: string): void;
  /** Prints a warning. It fails nothing. */
  readonly warn: (text: string) => void;
  /** Prints the reason for a failure of the task, in one block. */
  readonly fail: (reason: unknown) => void;
}

/** Shortest time between two lines of progress, in milliseconds. */
const PROGRESS_INTERVAL = 2000;

/** Makes the report of one run. `translate` turns advice into advice for users of Nx. */
export function createReport({
  verbose = false,
  quiet = false,
  translate = (text) => text,
}: ReportOptions & { readonly translate?: (text: string) => string }): Report {
  const { hide, clean } = createRedactor();
  const cleaned = (text: string): string => clean(translate(text));
  const write = (stream: NodeJS.WriteStream, text: string): unknown =>
    stream.write(`${shownLines(cleaned(text))}\n`);
  const say = (text: string): unknown => write(process.stdout, text);
  return {
    onEvent: createNarrator({ say, verbose, quiet, progressInterval: PROGRESS_INTERVAL }),
    hide,
    clean: cleaned,
    say(text) {
      if (!quiet) say(text);
    },
    warn(text) {
      write(process.stderr, `Warning: ${text}`);
    },
    fail(reason) {
      write(process.stderr, typeof reason === 'string' ? reason : describeError(asKnownError(reason)));
    },
  };
}
