import { shown } from '../shown';
import type { DiffLine } from '../line-diff';

/**
 * Returns a name or a value as Markdown code: it mentions nobody, links no issue and has no effect as markup. A code
 * span cannot safely hold a backtick, nor a pipe in a table. Such a text becomes an element instead, with each special
 * character as an entity.
 */
export function code(text: string): string {
  const safe = shown(text);
  if (safe !== '' && safe.trim() === safe && !/[`|]/.test(safe)) return `\`${safe}\``;
  const entities = safe.replace(/[^\p{L}\p{N}]/gu, (character) => {
    const entity = `&#${character.codePointAt(0) ?? 32};`;
    // An e-mail address would become a link.
    return character === '@' ? `<span>${entity}</span>` : entity;
  });
  return `<code>${entities}</code>`;
}

/** Returns a text diff in Markdown. */
export function diffBlock(lines: readonly DiffLine[]): string {
  return block('diff', lines.map(([sign, line]) => `${sign} ${shown(line)}`).join('\n'));
}

/** Returns a block of code in Markdown. The text must have passed {@link shown}. */
export function block(language: 'diff' | 'text', text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}\n`;
}

/** Returns a row of a table in Markdown. */
export function tableRow(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |\n`;
}

/** Returns the head of a table in Markdown. Numbers align to the right. */
export function tableHead(cells: readonly string[], numbers = 0): string {
  const lines = cells.map((_, i) => (i >= cells.length - numbers ? '---:' : '---'));
  return tableRow(cells) + tableRow(lines);
}
