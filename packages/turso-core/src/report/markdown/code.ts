import { shown } from '../shown';
import type { DiffLine } from '../line-diff';

/**
 * A name or a value in Markdown, as code: there nobody is mentioned, no issue is linked, and no markup counts. A code span cannot
 * hold a backtick safely, nor a pipe in a table, so such a text becomes an element with each special character as an entity.
 */
export function code(text: string): string {
  const safe = shown(text);
  if (safe !== '' && safe.trim() === safe && !/[`|]/.test(safe)) return `\`${safe}\``;
  const entities = safe.replace(/[^\p{L}\p{N}]/gu, (character) => {
    const entity = `&#${character.codePointAt(0) ?? 32};`;
    // An address of e-mail would become a link.
    return character === '@' ? `<span>${entity}</span>` : entity;
  });
  return `<code>${entities}</code>`;
}

/** A text diff in Markdown. */
export function diffBlock(lines: readonly DiffLine[]): string {
  return block('diff', lines.map(([sign, line]) => `${sign} ${shown(line)}`).join('\n'));
}

/** A block of code in Markdown. The text must be {@link shown} already. */
export function block(language: 'diff' | 'text', text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}\n`;
}

/** A row of a table in Markdown. */
export function tableRow(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |\n`;
}

/** The head of a table in Markdown. Numbers stand on the right. */
export function tableHead(cells: readonly string[], numbers = 0): string {
  const lines = cells.map((_, i) => (i >= cells.length - numbers ? '---:' : '---'));
  return tableRow(cells) + tableRow(lines);
}
