import { asKnownError, createNarrator, createRedactor, describeError, type OnEvent } from 'turso-core';

/** How much is printed. */
export interface ReportOptions {
  readonly verbose?: boolean;
  readonly quiet?: boolean;
}

/** Prints for one run of an executor, in whole lines: Nx stores every one of them, and shows them again from its cache. */
export interface Report {
  readonly onEvent: OnEvent;
  /** A secret that must not be printed, wherever it might come from. */
  readonly hide: (secret: string | undefined) => void;
  /** The result. */
  say(text: string): void;
  /** The reason why the task has failed, in one block. */
  fail(reason: unknown): void;
}

/** Shortest time between two lines of progress, in milliseconds. */
const PROGRESS_INTERVAL = 2000;

/** Makes the report of one run. */
export function createReport({ verbose = false, quiet = false }: ReportOptions): Report {
  const { hide, clean } = createRedactor();
  const write = (stream: NodeJS.WriteStream, text: string): unknown => stream.write(`${clean(text)}\n`);
  const say = (text: string): unknown => write(process.stdout, text);
  return {
    onEvent: createNarrator({ say, verbose, quiet, progressInterval: PROGRESS_INTERVAL }),
    hide,
    say(text) {
      if (!quiet) say(text);
    },
    fail(reason) {
      write(process.stderr, typeof reason === 'string' ? reason : describeError(asKnownError(reason)));
    },
  };
}
