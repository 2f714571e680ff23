import { eachToken, isOpen, isWord, type SqlToken } from './sql-tokens';

/**
 * Returns the tokens of a text with exactly one statement, without semicolons at its end. Returns null for everything
 * else: no statement, two statements, a NUL, an open quote. SQLite then finds no second statement in the text, however
 * it reads it.
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
    // Within a trigger, only the word END after a semicolon ends the statement; see sqlite3_complete().
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
