import { TursoSyncError, type ErrorCode } from '../errors';
import { shown, shownLines } from './shown';

/** Codes whose messages quote several lines of another program. */
const SEVERAL_LINES: readonly ErrorCode[] = ['INTERNAL', 'INTERRUPTED', 'BUILD_FAILED'];

/** An error for people, in one block: code, what happened, and what to do. */
export function describeError(error: unknown): string {
  if (!(error instanceof TursoSyncError))
    return shownLines(`INTERNAL: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  const { code, message, hint } = error;
  // Another one's words, such as a server's, must not pass for lines of ours.
  const what = SEVERAL_LINES.includes(code) ? shownLines(message) : shown(message);
  return [`${code}: ${what}`, ...(hint === undefined ? [] : [`  ${shown(hint)}`])].join('\n');
}
