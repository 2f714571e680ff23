import fs from 'node:fs';
import path from 'node:path';
import { pluginError } from '../errors';
import type { Programs } from './programs';

/** Returns the names that an archive or object offers to a linker. */
export async function visibleSymbols(
  programs: Programs,
  nm: readonly string[],
  file: string,
): Promise<Set<string>> {
  const { isSuccess, how, stdout, stderr } = await programs.run(
    [...nm, '--extern-only', '--defined-only', '--format=posix', file],
    { cwd: path.dirname(file) },
  );
  if (!isSuccess)
    throw pluginError('ARCHIVE_INVALID', `${file} cannot be read, nm ${how}: ${stderr.trim()}`, {
      hint: 'Remove its folder and run the target again.',
    });
  return new Set(parseSymbols(stdout));
}

/** Reads the names from the output of nm in its POSIX format. Removes the underscore that macOS puts before each. */
export function parseSymbols(text: string, platform: string = process.platform): string[] {
  // `libx.a[member.o]:` begins a member, `name T value size` is a symbol.
  const names = [...text.matchAll(/^(\S+) [A-TV-Za-z] /gm)].map(([, name = '']) => name);
  return platform === 'darwin' ? names.map((name) => name.replace(/^_/, '')) : names;
}

/** Returns the functions in a crate's headers whose names have a certain prefix. */
export function declaredFunctions(crate: string, prefix: string): string[] {
  const folder = path.join(crate, 'include');
  const headers = fs.existsSync(folder) ? fs.readdirSync(folder).filter((name) => name.endsWith('.h')) : [];
  const texts = headers.map((name) => fs.readFileSync(path.join(folder, name), 'utf8'));
  return [...new Set(texts.flatMap((text) => functionsIn(text, prefix)))].sort();
}

function functionsIn(header: string, prefix: string): string[] {
  const code = header.replace(/\/\*[^]*?\*\/|\/\/.*/g, ' ').replace(/^\s*#(?:.*\\\n)*.*/gm, '');
  return [...code.matchAll(/\b([A-Za-z_]\w*)\s*\(/g)]
    .map(([, name = '']) => name)
    .filter((name) => name.startsWith(prefix));
}
