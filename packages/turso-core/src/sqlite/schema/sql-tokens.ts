/** A word, a quoted text, a variable, or a single character of SQL, with its offset. */
export interface SqlToken {
  readonly text: string;
  readonly at: number;
}

/**
 * The tokens of SQLite's own tokenizer. An open quote or comment reaches to the end of the text. A variable may hold
 * brackets with anything except white space in them, as in Tcl.
 *
 * @see https://github.com/sqlite/sqlite/blob/master/src/tokenize.c
 */
const TOKEN = new RegExp(
  [
    String.raw`[ \t\n\f\r]+`,
    String.raw`--[^\n]*`,
    String.raw`\/\*(?=[^])[^]*?(?:\*\/|$)`,
    String.raw`'[^']*(?:''[^']*)*(?:'|$)`,
    String.raw`"[^"]*(?:""[^"]*)*(?:"|$)`,
    '`[^`]*(?:``[^`]*)*(?:`|$)',
    String.raw`\[[^\]]*(?:\]|$)`,
    String.raw`[$@#:](?:[\w$\u0080-\u{10FFFF}]|::)+(?:\([^ \t\n\f\r)]*\))?`,
    String.raw`[\w\u0080-\u{10FFFF}][\w$\u0080-\u{10FFFF}]*`,
    '[^]',
  ].join('|'),
  'gu',
);

/** The text between tokens: white space and comments. */
const BETWEEN = /^(?:[ \t\n\f\r]|--|\/\*)/;

/** Cuts SQL into tokens, without white space and comments. */
export function sqlTokens(sql: string): SqlToken[] {
  return [...eachToken(sql)];
}

/** Yields the tokens of {@link sqlTokens} one after another, on demand. */
export function* eachToken(sql: string): Generator<SqlToken> {
  for (const { 0: text, index: at } of sql.matchAll(TOKEN)) if (!BETWEEN.test(text)) yield { text, at };
}

/** Checks whether a token is a quoted text without an end. */
export function isOpen({ text }: SqlToken): boolean {
  const [first = ''] = text;
  if (first === '[') return !text.endsWith(']');
  if (!`'"\``.includes(first)) return false;
  const quotes = text.split(first).length - 1;
  return quotes % 2 === 1;
}

/** Checks whether a token is this word; case does not count. */
export function isWord(token: SqlToken | undefined, word: string): boolean {
  return token?.text.toLowerCase() === word;
}

/** Returns the content of a word or a quoted text. */
export function unquote(text: string): string {
  const quote = text[0];
  if (quote === '[') return text.slice(1, text.lastIndexOf(']'));
  if (quote === undefined || !`'"\``.includes(quote)) return text;
  return text.slice(1, text.lastIndexOf(quote)).replaceAll(quote + quote, quote);
}
