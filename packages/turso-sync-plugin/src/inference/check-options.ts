import { nearest, TursoSyncError } from 'turso-core/own-process';
import type { ResolvedOptions } from './options';

const NAMES = [
  'snapshotTargetName',
  'initTargetName',
  'pushTargetName',
  'statusTargetName',
  'pullTargetName',
  'verifyTargetName',
  'doctorTargetName',
  'diffTargetName',
  'checkTargetName',
  'undoTargetName',
  'dumpTargetName',
  'cleanTargetName',
  'devTargetName',
  'ffiBuildTargetName',
] as const;
const KEYS = [...NAMES, 'pushAfter', 'produce', 'env'];

/**
 * Checks the plugin's options in nx.json. A misspelled option or one of another type must not pass for its default.
 * Throws CONFIG_INVALID.
 *
 * @param given - the options in nx.json.
 * @param resolved - the same with the defaults filled in.
 */
export function checkOptions(given: unknown, resolved: ResolvedOptions): void {
  if (!isObject(given)) throw invalid('The options', `must be an object, not ${kindOf(given)}`);
  for (const [key, value] of Object.entries(given)) checkOption(key, value);
  refuseSharedNames(resolved);
}

function checkOption(key: string, value: unknown): void {
  if (!KEYS.includes(key)) throw unknownKey(key);
  if (key === 'pushAfter') {
    if (Array.isArray(value) && value.every(isName)) return;
    const hint = isName(value) ? `Write "pushAfter": ["${value}"].` : 'An empty list waits for none.';
    throw invalid('"pushAfter"', `must be a list of target names, not ${kindOf(value)}`, hint);
  }
  if (!isName(value)) throw invalid(`"${key}"`, `must be a name, not ${kindOf(value)}`);
}

function refuseSharedNames(options: ResolvedOptions): void {
  const keys = new Map<string, string>();
  for (const key of NAMES) {
    const name = options[key];
    const other = keys.get(name);
    if (other !== undefined) throw invalid(`"${other}" and "${key}"`, `must differ, and both are "${name}"`);
    keys.set(name, key);
  }
  if (options.pushAfter.includes(options.pushTargetName))
    throw invalid('"pushAfter"', `must not name "${options.pushTargetName}", which is the push itself`);
  const { produce } = options;
  if (produce !== undefined && keys.has(produce))
    throw invalid(
      '"produce"',
      `must not name "${produce}", which is a target of the plugin`,
      'Name the target of your own that creates the data.',
    );
}

function unknownKey(key: string): TursoSyncError {
  const close = nearest(key, KEYS);
  const suggestion = close === undefined ? '' : `Did you mean "${close}"? `;
  return invalid(`"${key}"`, 'is not an option', `${suggestion}Allowed are ${KEYS.join(', ')}.`);
}

function invalid(subject: string, problem: string, hint = 'docs/nx.md has every option.'): TursoSyncError {
  return new TursoSyncError('CONFIG_INVALID', `${subject} of turso-sync-plugin in nx.json ${problem}.`, {
    hint,
  });
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list of something else';
  if (value === '') return 'an empty string';
  return `${/^[aeiou]/.test(typeof value) ? 'an' : 'a'} ${typeof value}`;
}
