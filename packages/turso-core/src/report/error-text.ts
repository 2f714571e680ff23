import { TursoSyncError, type ErrorCode } from '../errors';
import { shown, shownLines } from './shown';

/** Codes of errors of several lines: they quote another program, or list programs and the commands that install them. */
const SEVERAL_LINES: readonly ErrorCode[] = [
  'INTERNAL',
  'INTERRUPTED',
  'BUILD_FAILED',
  'TOOLCHAIN_MISSING',
  'TOOLCHAIN_TOO_OLD',
];

/** An error for people, in one block: code, what happened, and what to do. */
export function describeError(error: unknown): string {
  if (!(error instanceof TursoSyncError))
    return shownLines(`INTERNAL: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  const { code, message, hint } = error;
  // Another one's words, such as a server's, must not pass for lines of ours.
  const show = SEVERAL_LINES.includes(code) ? shownLines : shown;
  return [`${code}: ${show(message)}`, ...(hint === undefined ? [] : [`  ${show(hint)}`])].join('\n');
}
