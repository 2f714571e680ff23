import { eachToken } from './sql-tokens';

/**
 * Lines that the `sqlite3` shell takes for the end of a statement, wherever the statement itself goes on; the next line
 * might be a command to the shell.
 *
 * @see https://sqlite.org/cli.html#special_commands_to_sqlite3_dot_commands_
 */
const TERMINATOR = /^[^\S\n]*(?:\/|go)[^\S\n]*(?:$|--|\/\*)/im;

/**
 * A statement with its semicolon, for the `sqlite3` shell. The text of an index or a view as SQLite stores it may end in a
 * comment, which would hide the semicolon too. Where a line could end the statement early, it becomes one line.
 */
export function endStatement(sql: string): string {
  if (endsEarly(sql)) return `${inOneLine(sql)};`;
  const comment = lastComment(sql);
  if (comment.startsWith('--')) return `${sql}\n;`;
  const isOpen = comment.startsWith('/*') && !/^..[^]*\*\/$/.test(comment);
  return isOpen ? `${sql}*/;` : `${sql};`;
}

/** Whether the shell would take a line of a statement for its end. */
export function endsEarly(sql: string): boolean {
  return TERMINATOR.test(sql);
}

/** The comment that the text ends in, or an empty string. */
function lastComment(sql: string): string {
  const tokens = [...eachToken(sql)];
  const last = tokens.at(-1);
  const rest = last === undefined ? sql : sql.slice(last.at + last.text.length);
  const parts = rest.match(/--[^\n]*|\/\*(?=[^])[^]*?(?:\*\/|$)|[^]/g) ?? [];
  const comment = parts.at(-1) ?? '';
  return /^(?:--|\/\*)/.test(comment) ? comment : '';
}

/** The statement without comments, and with a space for each run of white space that is not quoted. */
function inOneLine(sql: string): string {
  let line = '';
  let end = 0;
  for (const { text, at } of eachToken(sql)) {
    if (at > end && line !== '') line += ' ';
    line += text;
    end = at + text.length;
  }
  return line;
}
