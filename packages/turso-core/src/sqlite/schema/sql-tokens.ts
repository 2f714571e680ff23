/** A word, a quoted text, a variable, or a single character of SQL, and where it begins. */
export interface SqlToken {
  readonly text: string;
  readonly at: number;
}

/**
 * What SQLite's own tokenizer sees. Each piece that is left open reaches to the end of the text. A variable may hold
 * brackets with anything but white space in them, as in Tcl.
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

/** What stands between tokens: white space and comments. */
const BETWEEN = /^(?:[ \t\n\f\r]|--|\/\*)/;

/** Cuts SQL into tokens, without white space and comments. */
export function sqlTokens(sql: string): SqlToken[] {
  return [...eachToken(sql)];
}

/** The tokens of {@link sqlTokens}, one after the other as they are asked for. */
export function* eachToken(sql: string): Generator<SqlToken> {
  for (const { 0: text, index: at } of sql.matchAll(TOKEN)) if (!BETWEEN.test(text)) yield { text, at };
}

/** Whether a token is a quoted text that nothing ends. */
export function isOpen({ text }: SqlToken): boolean {
  const [first = ''] = text;
  if (first === '[') return !text.endsWith(']');
  if (!`'"\``.includes(first)) return false;
  const quotes = text.split(first).length - 1;
  return quotes % 2 === 1;
}

/** Whether a token is this word; case does not count. */
export function isWord(token: SqlToken | undefined, word: string): boolean {
  return token?.text.toLowerCase() === word;
}

/** What a word or a quoted text says. */
export function unquote(text: string): string {
  const quote = text[0];
  if (quote === '[') return text.slice(1, text.lastIndexOf(']'));
  if (quote === undefined || !`'"\``.includes(quote)) return text;
  return text.slice(1, text.lastIndexOf(quote)).replaceAll(quote + quote, quote);
}
