import { TursoSyncError } from './errors';
import { nearest } from './nearest';

/**
 * The valid values of an option: a type, a whole number from 1, a list of strings, an AbortSignal, or one of some words. `any` is
 * checked elsewhere.
 */
export type OptionKind =
  'string' | 'boolean' | 'function' | 'count' | 'list' | 'signal' | 'any' | readonly string[];

/** The kinds of all options of a function. A missing one does not compile. */
export type OptionKinds<O> = { readonly [key in keyof Required<O>]: OptionKind };

/**
 * Checks a program's options. Plain JavaScript may pass anything, and a misspelled `dryRun` must not push. Throws
 * USAGE, with the nearest option. Undefined options count as omitted.
 */
export function checkOptions(
  call: string,
  given: unknown,
  known: Readonly<Record<string, OptionKind>>,
): void {
  if (given === undefined) return;
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw usage(
      `The options of ${call} are no object.`,
      `Give an object, such as ${call.replace('()', '({})')}.`,
    );
  for (const [name, value] of Object.entries(given)) {
    const kind = Object.hasOwn(known, name) ? known[name] : undefined;
    if (kind === undefined) throw unknownOption(call, name, Object.keys(known));
    if (value === undefined || kind === 'any') continue;
    const wanted = wantedOf(value, kind);
    if (wanted !== null)
      throw usage(`The option "${name}" of ${call} must be ${wanted}.`, 'Leave it out for the default.');
  }
}

function unknownOption(call: string, name: string, known: readonly string[]): TursoSyncError {
  const close = nearest(name, known);
  const has = known.length === 0 ? 'It has no options.' : `It has ${known.join(', ')}.`;
  return usage(
    `${call} has no option "${name}".`,
    close === undefined ? has : `Did you mean "${close}"? ${has}`,
  );
}

/** Returns a description of the expected value, or null if the value is valid. */
function wantedOf(value: unknown, kind: Exclude<OptionKind, 'any'>): string | null {
  if (typeof kind !== 'string') return kind.includes(value as string) ? null : `one of ${kind.join(', ')}`;
  if (kind === 'count')
    return Number.isSafeInteger(value) && (value as number) >= 1 ? null : 'a whole number of 1 and more';
  if (kind === 'list') return Array.isArray(value) && value.every(isText) ? null : 'a list of strings';
  if (kind === 'signal') return isSignal(value) ? null : 'an AbortSignal';
  if (kind === 'string') return isText(value) ? null : 'a string that is not empty, without NUL';
  return typeof value === kind ? null : `a ${kind}`;
}

// Another realm has another class.
function isSignal(value: unknown): boolean {
  const { aborted, addEventListener } = Object(value) as Partial<AbortSignal>;
  return typeof aborted === 'boolean' && typeof addEventListener === 'function';
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && !value.includes('\0');
}

function usage(message: string, hint: string): TursoSyncError {
  return new TursoSyncError('USAGE', message, { hint });
}
