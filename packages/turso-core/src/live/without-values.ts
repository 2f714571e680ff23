import { sqlTokens } from '../sqlite/schema/sql-tokens';

/** The longest text to tell. */
const LONGEST = 1000;

/** Returns the text of a statement with `?` for each text and number in it, and without comments. */
export function withoutValues(sql: string): string {
  let told = '';
  let end = 0;
  let isValue = false;
  let before = '';
  for (const { text, at } of sqlTokens(sql)) {
    const isNext = at === end;
    end = at + text.length;
    // A number may consist of several tokens: 1.5e-3. The first of a blob is a word: x'00'.
    const goesOn =
      isValue && isNext && (/^[.'\d]/.test(text) || (/^[+-]$/.test(text) && /\de$/i.test(sql.slice(0, at))));
    if (goesOn) continue;
    // The number of a parameter is not a value.
    isValue = /^['\d]/.test(text) && !(isNext && before === '?');
    before = text;
    told += `${isNext || told === '' ? '' : ' '}${isValue ? '?' : text}`;
    if (told.length > LONGEST) return `${Array.from(told).slice(0, LONGEST).join('')}…`;
  }
  return told;
}
