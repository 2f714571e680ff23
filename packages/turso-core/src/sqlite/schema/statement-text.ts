import { eachToken, isWord, sqlTokens } from './sql-tokens';

/** Returns a statement without trailing semicolons and comments. They would break brackets around it. */
export function withoutEnd(sql: string): string {
  const last = sqlTokens(sql).findLast(({ text }) => text !== ';');
  return last === undefined ? sql : sql.slice(0, last.at + last.text.length);
}

/** Checks whether a statement inserts rows: INSERT or REPLACE, also after WITH. */
export function isInsert(sql: string): boolean {
  let depth = 0;
  for (const token of eachToken(sql)) {
    if (token.text === '(') depth++;
    else if (token.text === ')') depth--;
    else if (depth === 0 && KINDS.some((kind) => isWord(token, kind)))
      return isWord(token, 'insert') || isWord(token, 'replace');
  }
  return false;
}

/** The words that say what a statement does, the first of them outside of brackets. */
const KINDS = ['insert', 'replace', 'update', 'delete', 'select', 'values'];
