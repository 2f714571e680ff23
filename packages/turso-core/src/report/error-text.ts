import { TursoSyncError } from '../errors';
import { shown, shownLines } from './shown';

/** Returns an error for people, in one block: code, cause and advice. */
export function describeError(error: unknown): string {
  if (!(error instanceof TursoSyncError))
    return shownLines(`INTERNAL: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  const { code, message, hint, hasLines } = error;
  // Foreign text, for example from a server, must not pass for lines of ours.
  const show = hasLines ? shownLines : shown;
  return [`${code}: ${show(message)}`, ...(hint === undefined ? [] : [`  ${show(hint)}`])].join('\n');
}
