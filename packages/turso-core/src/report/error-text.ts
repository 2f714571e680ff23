import { TursoSyncError, type ErrorCode } from '../errors';
import { shown, shownLines } from './shown';

/**
 * Codes of errors with several lines. They quote another program, or list programs and the commands that install them.
 */
const SEVERAL_LINES: readonly ErrorCode[] = [
  'INTERNAL',
  'INTERRUPTED',
  'BUILD_FAILED',
  'TOOLCHAIN_MISSING',
  'TOOLCHAIN_TOO_OLD',
];

/** Returns an error for people, in one block: code, cause and advice. */
export function describeError(error: unknown): string {
  if (!(error instanceof TursoSyncError))
    return shownLines(`INTERNAL: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  const { code, message, hint } = error;
  // Foreign text, for example from a server, must not pass for lines of ours.
  const show = SEVERAL_LINES.includes(code) ? shownLines : shown;
  return [`${code}: ${show(message)}`, ...(hint === undefined ? [] : [`  ${show(hint)}`])].join('\n');
}
