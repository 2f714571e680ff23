/** A word, a quoted text, or a single character of SQL, and where it begins. */
export interface SqlToken {
  readonly text: string;
  readonly at: number;
}

const TOKEN =
  /--[^\n]*|\/\*[^]*?(?:\*\/|$)|\s+|'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|[\w$\u0080-\u{10FFFF}]+|[^]/gu;

/** Cuts SQL into tokens, without white space and comments. */
export function sqlTokens(sql: string): SqlToken[] {
  return [...sql.matchAll(TOKEN)]
    .map((match) => ({ text: match[0], at: match.index }))
    .filter(({ text }) => !/^(?:\s|--|\/\*)/.test(text));
}

/** What a word or a quoted text says. */
export function unquote(text: string): string {
  const quote = text[0];
  if (quote === '[') return text.slice(1, text.lastIndexOf(']'));
  if (quote === undefined || !`'"\``.includes(quote)) return text;
  return text.slice(1, text.lastIndexOf(quote)).replaceAll(quote + quote, quote);
}
