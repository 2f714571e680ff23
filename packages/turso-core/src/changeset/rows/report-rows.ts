import { LONG_INTEGER, NO_LENGTH, REAL } from '../../sqlite/values/json-cells';
import { renderBlobs, type RowBlobs } from './row-blobs';

/**
 * Turns rows from JSON for SQLite into JSON for `changes.json`. Readers such as `JSON.parse` do not tell a REAL from an
 * INTEGER, lose digits beyond a double, and have no BLOBs. Whitespace marks all these values. It appears in no string.
 */
export function reportRows(text: string, blobs: RowBlobs | null): string {
  return tagNumbers(tagBlobs(text, blobs));
}

function tagNumbers(text: string): string {
  let tagged = text.includes(REAL) ? text.replace(REALS, '{"real":"$1"}') : text;
  // To search for a character is much faster than for a pattern.
  if (text.includes(LONG_INTEGER)) tagged = tagged.replace(LONG_INTEGERS, '{"integer":"$1"}');
  if (text.includes(`${REAL}9e999`)) tagged = tagged.replaceAll('{"real":"9e999"}', '{"real":"Infinity"}');
  if (text.includes(`${REAL}-9e999`)) tagged = tagged.replaceAll('{"real":"-9e999"}', '{"real":"-Infinity"}');
  return tagged;
}

/** Does the same for rows whose numbers already have the form of `changes.json`. */
export function tagBlobs(text: string, blobs: RowBlobs | null): string {
  if (blobs === null) return text;
  const all = blobs.bytes.map((bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  return renderBlobs(
    text.replaceAll(NO_LENGTH, ''),
    (among, start, end) => `{"blob":"${all[among]?.toString('base64', start, end) ?? ''}"}`,
  );
}

const REALS = new RegExp(`${REAL}([^,\\]]+)`, 'g');
const LONG_INTEGERS = new RegExp(`${LONG_INTEGER}([^,\\]]+)`, 'g');
