import fs from 'node:fs';

/** Reads a text that people edit. Editors on Windows may begin it with a byte order mark, which is left out. */
export function readText(file: string): string {
  return withoutMark(fs.readFileSync(file, 'utf8'));
}

/** Returns a text without its byte order mark. */
export function withoutMark(text: string): string {
  return text.replace(/^\ufeff/, '');
}
