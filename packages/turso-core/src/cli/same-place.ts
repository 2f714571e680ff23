import { rewordAdvice } from '../report/advice';
import type { CommonOptions } from './common-options';

/**
 * Returns a function that adds this run's folder, config and environment to each advised command. Without them, the
 * command would work elsewhere.
 */
export function inSamePlace(
  options: Pick<CommonOptions, 'cwd' | 'config' | 'env'>,
): (text: string) => string {
  const { cwd, config, env } = options;
  const given = Object.entries({ cwd, config, env }).filter(([, value]) => value !== undefined);
  if (given.length === 0) return (text) => text;
  return (text) =>
    rewordAdvice(text, (command, rest) => {
      const isNamed = (name: string): boolean => new RegExp(` --${name}[= ]`).test(rest);
      const added = given.flatMap(([name, value = '']) =>
        isNamed(name) ? [] : [` --${name} ${shellWord(value)}`],
      );
      return `turso-sync ${command}${added.join('')}${rest}`;
    });
}

/** Quotes a word for a shell if it needs that. */
function shellWord(word: string): string {
  if (/^[\w./:@%+,=\\-]+$/.test(word)) return word;
  // Shells of Windows too know these.
  return /["$`!]/.test(word) ? `'${word.replaceAll("'", "'\\''")}'` : `"${word}"`;
}
