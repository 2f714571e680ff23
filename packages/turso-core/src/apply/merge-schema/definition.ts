import { sqlTokens, unquote } from '../../sqlite/schema/sql-tokens';

/** The text of a CREATE TABLE statement, cut into its columns and constraints. */
export interface Definition {
  /** The text up to and including the opening parenthesis. */
  readonly head: string;
  readonly pieces: readonly Piece[];
  /** The text from the closing parenthesis on, including it. */
  readonly tail: string;
}

/** A column or a constraint of a table's definition. */
export interface Piece {
  /** The column's name in lower case, or null for a constraint. */
  readonly column: string | null;
  /** The whole text between the commas. */
  readonly raw: string;
  /** The same without white space and comments around it. */
  readonly text: string;
}

/** Cuts the definition of an ordinary table into pieces. Returns null if it is written in an unusual way. */
export function parseDefinition(sql: string): Definition | null {
  const tokens = sqlTokens(sql);
  const open = tokens[3];
  if (open?.text !== '(') return null;
  let depth = 0;
  let start = open.at + 1;
  let inside: string[] = [];
  let begin = start;
  const pieces: Piece[] = [];
  for (const { text, at } of tokens.slice(3)) {
    if (text === '(' && depth++ === 0) continue;
    const isEnd = text === ')' && --depth === 0;
    if (!isEnd && !(text === ',' && depth === 1)) {
      if (inside.length === 0) begin = at;
      inside.push(text);
      continue;
    }
    const [first] = inside;
    if (first === undefined) return null;
    const raw = sql.slice(start, at);
    const isConstraint = /^(?:constraint|primary|unique|check|foreign)$/i.test(first);
    const column = isConstraint ? null : unquote(first).toLowerCase();
    pieces.push({ column, raw, text: withoutComments(sql.slice(begin, at)) });
    if (isEnd) return { head: sql.slice(0, open.at + 1), pieces, tail: sql.slice(at) };
    start = at + 1;
    inside = [];
  }
  return null;
}

function withoutComments(text: string): string {
  const last = sqlTokens(text).at(-1);
  return last === undefined ? text : text.slice(0, last.at + last.text.length);
}

/** Joins the pieces of a definition. */
export function definitionSql({ head, pieces, tail }: Definition): string {
  return head + pieces.map((p) => p.raw).join(',') + tail;
}

/** Checks whether two texts mean the same to SQLite, regardless of quotes and spaces. */
export function sameSql(a: string | undefined, b: string | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && meaning(a) === meaning(b));
}

function meaning(sql: string): string {
  const texts = sqlTokens(sql).map(({ text }) => (text.startsWith("'") ? text : unquote(text).toLowerCase()));
  return JSON.stringify(texts);
}
