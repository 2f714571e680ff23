import { describeError, describeEvent, TursoSyncError, type OnEvent } from 'turso-core';

/** How much is printed. */
export interface ReportOptions {
  readonly verbose?: boolean;
  readonly quiet?: boolean;
}

/** Prints for one run of an executor, in whole lines: Nx stores every one of them, and shows them again from its cache. */
export interface Report {
  readonly onEvent: OnEvent;
  /** A secret that must not be printed, wherever it might come from. */
  hide(secret: string | undefined): void;
  /** The result. */
  say(text: string): void;
  /** The reason why the task has failed, in one block. */
  fail(reason: unknown): void;
}

/** Shortest time between two lines of progress, in milliseconds. */
const PROGRESS_INTERVAL = 2000;

/** Makes the report of one run. */
export function createReport({ verbose = false, quiet = false }: ReportOptions): Report {
  const secrets: string[] = [];
  const write = (stream: NodeJS.WriteStream, text: string): unknown =>
    stream.write(`${secrets.reduce((clean, secret) => clean.replaceAll(secret, '[token]'), text)}\n`);
  let lastProgress = performance.now();

  return {
    onEvent(event) {
      if (quiet) return;
      for (const { level, text } of describeEvent(event)) {
        if (level === 'detail' && !verbose) continue;
        if (level === 'progress') {
          const now = performance.now();
          if (now - lastProgress < PROGRESS_INTERVAL) continue;
          lastProgress = now;
        }
        write(process.stdout, text);
      }
    },
    hide(secret) {
      if (secret !== undefined && secret !== '') secrets.push(secret);
    },
    say(text) {
      if (!quiet) write(process.stdout, text);
    },
    fail(reason) {
      write(process.stderr, typeof reason === 'string' ? reason : describeError(asKnown(reason)));
    },
  };
}

function asKnown(error: unknown): TursoSyncError {
  if (error instanceof TursoSyncError) return error;
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new TursoSyncError('INTERNAL', text, {
    hint: 'This is a defect of turso-sync. Please report it with the text above.',
  });
}
