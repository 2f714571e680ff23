import { TursoSyncError } from '../../errors';
import { nearest } from '../../nearest';

/** Creates the error for a key unknown at its place in a config. */
export function unknownKey(
  file: string,
  path: string,
  key: string,
  allowed: readonly string[],
): TursoSyncError {
  const close = nearest(key, allowed);
  return new TursoSyncError('CONFIG_INVALID', `Unknown key "${path}" in ${file}.`, {
    hint: `${close === undefined ? '' : `Did you mean "${close}"? `}Allowed are ${allowed.join(', ')}.`,
  });
}

/** Creates the error for a value of the wrong type. Does not repeat a text, because it may be a secret. */
export function wrongType(file: string, path: string, wanted: string, value: unknown): TursoSyncError {
  const page = /(?:^|\.)policy(?:\.|$)/.test(path) ? 'docs/policy.md' : 'docs/reference/config.md';
  return new TursoSyncError(
    'CONFIG_INVALID',
    `"${path}" in ${file} must be ${wanted}, not ${kindOf(value)}.`,
    { hint: `See ${page} for every key and an example.` },
  );
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'string' && value.includes('\0')) return 'one with it';
  if (typeof value === 'string') return value.trim() === '' ? 'an empty string' : 'a string';
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** Checks whether a value of a config is an object with keys. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
