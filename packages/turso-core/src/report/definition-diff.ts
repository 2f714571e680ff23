import type { DefinitionChange } from '../plan/plan';
import { lineDiff, type DiffLine } from './line-diff';

/** The most characters of a definition in a report. */
const LONGEST = 100_000;

/** Returns a changed definition as a text diff. */
export function definitionDiff({
  type,
  before,
  after,
}: Pick<DefinitionChange, 'type' | 'before' | 'after'>): DiffLine[] {
  return textDiff(before, after, type);
}

/** Compares two CREATE statements as text. Null stands for no statement. */
export function textDiff(before: string | null, after: string | null, type: string): DiffLine[] {
  return lineDiff(definitionLines(before, type), definitionLines(after, type));
}

/** Splits a CREATE statement into lines. Each column of a table has its own, so a diff shows the changed ones. */
export function definitionLines(sql: string | null, type: string): string[] {
  if (sql === null) return [];
  const text = sql.length > LONGEST ? `${sql.slice(0, LONGEST)} ... (${sql.length} characters)` : sql;
  return (type === 'table' ? byColumn(text) : text).split(/\r?\n/).map((line) => line.trimEnd());
}

// Quoted text, a comment, a bracket, a comma, or anything else.
const TOKEN =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|--[^\n]*\n?|\/\*[^]*?\*\/|[(),]|[^'"`[\-/(),]+|[^]/g;

function byColumn(sql: string): string {
  let depth = 0;
  let text = '';
  for (const [token] of sql.matchAll(TOKEN)) {
    if (token === ')' && --depth === 0) text = `${text.trimEnd()}\n`;
    // Text after a line break of ours is indented.
    text += text.endsWith('\n') && depth > 0 ? `  ${token.trimStart()}` : token;
    if (text.endsWith('\n  ')) text = text.slice(0, -2);
    if ((token === '(' && ++depth === 1) || (token === ',' && depth === 1)) text += '\n';
  }
  return text;
}
