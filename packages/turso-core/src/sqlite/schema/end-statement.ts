/** What hides the characters in it: literals, quoted names, comments. */
const HIDING = /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|--[^\n]*|\/\*[^]*?(?:\*\/|$)/g;

/**
 * A statement with its semicolon. The text of an index or a view as SQLite stores it may end in a comment, which would
 * hide the semicolon too.
 */
export function endStatement(sql: string): string {
  const last = [...sql.matchAll(HIDING)].at(-1);
  const comment = last !== undefined && last.index + last[0].length === sql.length ? last[0] : '';
  if (comment.startsWith('--')) return `${sql}\n;`;
  const isOpen = comment.startsWith('/*') && !/^..[^]*\*\/$/.test(comment);
  return isOpen ? `${sql}*/;` : `${sql};`;
}
