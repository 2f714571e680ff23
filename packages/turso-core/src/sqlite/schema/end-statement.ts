import { eachToken } from './sql-tokens';

/**
 * Lines that end a statement for the `sqlite3` shell, even in the middle of the statement. The next line might be a
 * command to the shell.
 *
 * @see https://sqlite.org/cli.html#special_commands_to_sqlite3_dot_commands_
 */
const TERMINATOR = /^[^\S\n]*(?:\/|go)[^\S\n]*(?:$|--|\/\*)/im;

/**
 * Returns a statement with its semicolon, for the `sqlite3` shell. SQLite may store an index or a view with a comment
 * at the end of its text. The comment would hide the semicolon too. If a line could end the statement early, it becomes
 * one line.
 */
export function endStatement(sql: string): string {
  if (endsEarly(sql)) return `${inOneLine(sql)};`;
  const comment = lastComment(sql);
  if (comment.startsWith('--')) return `${sql}\n;`;
  const isOpen = comment.startsWith('/*') && !/^..[^]*\*\/$/.test(comment);
  return isOpen ? `${sql}*/;` : `${sql};`;
}

/** Checks whether the shell would take a line of a statement for its end. */
export function endsEarly(sql: string): boolean {
  return TERMINATOR.test(sql);
}

/** Returns the comment at the end of the text, or an empty string. */
function lastComment(sql: string): string {
  const tokens = [...eachToken(sql)];
  const last = tokens.at(-1);
  const rest = last === undefined ? sql : sql.slice(last.at + last.text.length);
  const parts = rest.match(/--[^\n]*|\/\*(?=[^])[^]*?(?:\*\/|$)|[^]/g) ?? [];
  const comment = parts.at(-1) ?? '';
  return /^(?:--|\/\*)/.test(comment) ? comment : '';
}

/** Returns the statement without comments, and with one space for each unquoted run of white space. */
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
