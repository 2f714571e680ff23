/**
 * Characters with an effect instead of a shape, on a terminal or a page. These are controls, marks that turn the
 * direction of writing, zero-width characters and halves of characters. 8-bit controls begin escape sequences, too.
 *
 * @see https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing
 */
const UNSEEN =
  /[\p{Cc}\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\ufff9-\ufffb\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e007f}\p{Cs}]/gu;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * Returns a name, a value or a foreign message for people, in one line. Invisible characters become `\x1b` or `\u202e`.
 */
export function shown(text: string): string {
  return text.replace(UNSEEN, (character) => SHORT[character] ?? escaped(character));
}

/** Returns a text of several lines, with each line {@link shown}. */
export function shownLines(text: string): string {
  return text.split('\n').map(shown).join('\n');
}

/** Returns a value as JSON. Invisible characters become JSON escapes. */
export function shownJson(value: unknown): string {
  return JSON.stringify(value).replace(UNSEEN, (character) =>
    character.replace(/[^]/g, (unit) => `\\u${hex(unit.charCodeAt(0), 4)}`),
  );
}

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x100) return `\\x${hex(code, 2)}`;
  return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\u{${hex(code, 1)}}`;
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}
