import { jsonValue } from '../changeset/json';
import type { TursoSyncError } from '../errors';
import type { OnEvent } from '../commands/events';
import { RawText } from '../local/values';
import { describeError, describeEvent } from '../report/text';

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
  hide(secret: string | undefined): void;
  answer(result: unknown, text: string): void;
  fail(error: TursoSyncError): void;
}

/** Shortest time between two lines of progress, in milliseconds. */
const PROGRESS_INTERVAL = 500;

/** Prints for one run of a subcommand. */
export function createOutput(command: string, options: OutputOptions): Output {
  const secrets: string[] = [];
  const clean = (text: string): string =>
    secrets.reduce((t, secret) => t.replaceAll(secret, '[token]'), text);
  const say = (text: string): unknown => process.stderr.write(`${clean(text)}\n`);
  const print = (text: string): unknown => process.stdout.write(`${clean(text)}\n`);
  let lastProgress = performance.now();

  return {
    onEvent(event) {
      if (options.quiet === true) return;
      for (const { level, text } of describeEvent(event)) {
        if (level === 'detail' && options.verbose !== true) continue;
        if (level === 'progress') {
          const now = performance.now();
          if (now - lastProgress < PROGRESS_INTERVAL) continue;
          lastProgress = now;
        }
        say(text);
      }
    },
    hide(secret) {
      if (secret !== undefined && secret !== '') secrets.push(secret);
    },
    answer(result, text) {
      if (options.json === true) print(toJson({ command, ok: true, result }));
      else if (options.quiet !== true) print(text);
    },
    fail(error) {
      if (options.json === true) print(toJson({ command, ok: false, error: error.toJSON() }));
      say(describeError(error));
    },
  };
}

function toJson(value: unknown): string {
  return JSON.stringify(value, function (this: Record<string, unknown>, key, item: unknown) {
    // Before JSON.stringify turns a Buffer into an object of its own making.
    const original = this[key];
    const isExact =
      typeof original === 'bigint' || original instanceof Uint8Array || original instanceof RawText;
    return isExact ? jsonValue(original) : item;
  });
}
