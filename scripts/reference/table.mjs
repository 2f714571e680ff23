/** A table in Markdown; columns that are empty in every row are left out. */
export function table(names, rows) {
  const kept = names.map((_, i) => i).filter((i) => i === 0 || rows.some((row) => row[i] !== ''));
  const line = (cells) => `| ${kept.map((i) => cell(cells[i])).join(' | ')} |`;
  return [line(names), `|${kept.map(() => ' --- |').join('')}`, ...rows.map(line)].join('\n');
}

function cell(text) {
  return plain(text)
    .replace(/\s*\n\s*/g, ' ')
    .replaceAll('|', '\\|');
}

/** Text in which nothing is HTML, but for what is code. */
export function plain(text) {
  return text.replace(/(`[^`]*`)|</g, (all, quoted) => quoted ?? '&lt;');
}

/** A value of JSON as code, or nothing. */
export function code(value) {
  return value === undefined || value === ''
    ? ''
    : `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

/** A sentence with a capital letter and a full stop. */
export function sentence(text) {
  const whole = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.:!?]$/.test(whole) ? whole : `${whole}.`;
}

export const GENERATED = '<!-- Written by scripts/write-reference.mjs: change the sources instead. -->';
