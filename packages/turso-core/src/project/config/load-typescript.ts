import path from 'node:path';
import type * as Typescript from 'typescript';
import { TursoSyncError } from '../../errors';
import { loadCosmiconfig } from './cosmiconfig';

/** Loads a config in TypeScript. A syntax error in it is one, although TypeScript would read on. */
export async function loadTypescript(file: string, content: string): Promise<unknown> {
  const typescript = requireTypescript(file);
  const { diagnostics = [] } = typescript.transpileModule(content, {
    reportDiagnostics: true,
    fileName: file,
  });
  const [first] = diagnostics;
  if (first !== undefined) {
    const text = typescript.flattenDiagnosticMessageText(first.messageText, ' ');
    const line = content.slice(0, first.start).split('\n').length;
    throw Object.assign(new Error(`line ${line}: ${text}`), { filepath: file });
  }
  return (await loadCosmiconfig().defaultLoaders['.ts'](file, content)) as unknown;
}

function requireTypescript(file: string): typeof Typescript {
  try {
    const place = require.resolve('typescript', { paths: [path.dirname(file), __dirname] });
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    return require(place) as typeof Typescript;
  } catch {
    throw new TursoSyncError('CONFIG_UNREADABLE', `${file} needs the package typescript.`, {
      hint: 'Run `npm install --save-dev typescript`, or write the config in JavaScript or JSON.',
    });
  }
}
