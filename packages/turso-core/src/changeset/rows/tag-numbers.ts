import { LONG_INTEGER, REAL } from '../../sqlite/values/json-cells';

/**
 * Turns the numbers of JSON that SQLite is to read into what `changes.json` has for them: readers such as `JSON.parse` take a
 * REAL and an INTEGER for the same, and lose what a double does not hold. The blanks that mark them stand in no string.
 */
export function tagNumbers(text: string): string {
  let tagged = text.replace(REALS, '{"real":"$1"}');
  // To look for a character is much faster than to look for a pattern.
  if (text.includes(LONG_INTEGER)) tagged = tagged.replace(LONG_INTEGERS, '{"integer":"$1"}');
  if (text.includes(`${REAL}9e999`)) tagged = tagged.replaceAll('{"real":"9e999"}', '{"real":"Infinity"}');
  if (text.includes(`${REAL}-9e999`)) tagged = tagged.replaceAll('{"real":"-9e999"}', '{"real":"-Infinity"}');
  return tagged;
}

const REALS = new RegExp(`${REAL}([^,\\]]+)`, 'g');
const LONG_INTEGERS = new RegExp(`${LONG_INTEGER}([^,\\]]+)`, 'g');
