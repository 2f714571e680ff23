import { LONG_INTEGER, NO_LENGTH, REAL } from '../../sqlite/values/json-cells';
import { renderBlobs, type RowBlobs } from './row-blobs';

/**
 * Turns rows in JSON that SQLite is to read into what `changes.json` has for them: readers such as `JSON.parse` take a REAL and an
 * INTEGER for the same, lose what a double does not hold, and have no BLOBs. The blanks that mark all these stand in no string.
 */
export function reportRows(text: string, blobs: RowBlobs | null): string {
  return tagNumbers(tagBlobs(text, blobs));
}

function tagNumbers(text: string): string {
  let tagged = text.includes(REAL) ? text.replace(REALS, '{"real":"$1"}') : text;
  // To look for a character is much faster than to look for a pattern.
  if (text.includes(LONG_INTEGER)) tagged = tagged.replace(LONG_INTEGERS, '{"integer":"$1"}');
  if (text.includes(`${REAL}9e999`)) tagged = tagged.replaceAll('{"real":"9e999"}', '{"real":"Infinity"}');
  if (text.includes(`${REAL}-9e999`)) tagged = tagged.replaceAll('{"real":"-9e999"}', '{"real":"-Infinity"}');
  return tagged;
}

/** The same of rows whose numbers are as `changes.json` has them already. */
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
