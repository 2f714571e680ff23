import { eachToken, isOpen, isWord, type SqlToken } from './sql-tokens';

/**
 * The tokens of a text that is one statement, without semicolons at its end. Null for everything else: no statement, two
 * of them, a NUL, a quoted text that nothing ends. Whatever SQLite makes of the text, it finds no second statement in it.
 */
export function statementTokens(sql: string): SqlToken[] | null {
  if (sql.includes('\0')) return null;
  const tokens: SqlToken[] = [];
  let isTrigger = false;
  let hasEnded = false;
  for (const token of eachToken(sql)) {
    if (isOpen(token)) return null;
    if (hasEnded) {
      if (token.text !== ';') return null;
      continue;
    }
    const isSemicolon = token.text === ';';
    if (isSemicolon && !isTrigger) {
      hasEnded = true;
      continue;
    }
    // Within a trigger, only the word END behind a semicolon ends the statement; see sqlite3_complete().
    const isEnd = isTrigger && tokens.at(-1)?.text === ';' && isWord(token, 'end');
    tokens.push(token);
    if (isEnd) hasEnded = true;
    if (tokens.length <= 3) isTrigger = beginsTrigger(tokens);
  }
  const isWhole = tokens.length > 0 && (!isTrigger || hasEnded);
  return isWhole ? tokens : null;
}

function beginsTrigger(tokens: readonly SqlToken[]): boolean {
  const [create, second, third] = tokens;
  if (!isWord(create, 'create')) return false;
  const isTemporary = isWord(second, 'temp') || isWord(second, 'temporary');
  return isWord(isTemporary ? third : second, 'trigger');
}
