import { TursoSyncError } from '../errors';

/** A part of an answer, of which nothing is known yet. */
export type Part = Readonly<Record<string, unknown>>;

/** A value as an object; an empty one if it is none. */
export function objectOf(value: unknown): Part {
  return typeof value === 'object' && value !== null ? (value as Part) : {};
}

/** A text in an object, or null. */
export function textOf(part: Part, key: string): string | null {
  const value = part[key];
  return typeof value === 'string' ? value : null;
}

/** A whole number in an object, or null. */
export function numberOf(part: Part, key: string): number | null {
  const value = part[key];
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : null;
}

/** The id of a thing. Throws CODE_HOST_FAILED if the answer has none. */
export function idOf(part: Part): number {
  const id = numberOf(part, 'id');
  if (id !== null) return id;
  throw new TursoSyncError('CODE_HOST_FAILED', 'The API names something without an id.', {
    hint: 'Check the address of the API, and the proxies in between.',
  });
}
