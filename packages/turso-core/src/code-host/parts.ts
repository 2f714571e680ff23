import { TursoSyncError } from '../errors';

/** An unchecked part of an answer. */
export type Part = Readonly<Record<string, unknown>>;

/** Returns a value as an object; empty if it is not one. */
export function objectOf(value: unknown): Part {
  return typeof value === 'object' && value !== null ? (value as Part) : {};
}

/** Returns a text from an object, or null. */
export function textOf(part: Part, key: string): string | null {
  const value = part[key];
  return typeof value === 'string' ? value : null;
}

/** Returns a whole number from an object, or null. */
export function numberOf(part: Part, key: string): number | null {
  const value = part[key];
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : null;
}

/** Returns the id from an object. Throws CODE_HOST_FAILED if there is none. */
export function idOf(part: Part): number {
  const id = numberOf(part, 'id');
  if (id !== null) return id;
  throw new TursoSyncError('CODE_HOST_FAILED', 'The API names something without an id.', {
    hint: 'Check the address of the API, and the proxies in between.',
  });
}
