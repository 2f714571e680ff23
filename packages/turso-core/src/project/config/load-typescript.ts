import path from 'node:path';
import { compileFunction } from 'node:vm';
import type * as Typescript from 'typescript';
import { TursoSyncError } from '../../errors';
import { loadCosmiconfig } from './cosmiconfig';

/** Names that a module takes from outside its own text. */
const OUTSIDE = /\b(?:require|import|module|__dirname|__filename|arguments|await)\b/;

/** Loads a TypeScript config. Reports syntax errors, although TypeScript itself would continue. */
export async function loadTypescript(file: string, content: string): Promise<unknown> {
  const typescript = requireTypescript(file);
  const { diagnostics = [], outputText } = typescript.transpileModule(content, {
    reportDiagnostics: true,
    fileName: file,
    compilerOptions: { module: typescript.ModuleKind.CommonJS, target: typescript.ScriptTarget.ES2022 },
  });
  const [first] = diagnostics;
  if (first !== undefined) {
    const text = typescript.flattenDiagnosticMessageText(first.messageText, ' ');
    const line = content.slice(0, first.start).split('\n').length;
    throw Object.assign(new Error(`line ${line}: ${text}`), { filepath: file });
  }
  // Imports of types are gone by now. The library would write a file beside the config, and compile it again.
  return OUTSIDE.test(outputText)
    ? ((await loadCosmiconfig().defaultLoaders['.ts'](file, content)) as unknown)
    : evaluate(file, outputText);
}

function evaluate(file: string, text: string): unknown {
  const exports: { default?: unknown } = {};
  try {
    const run = compileFunction(text, ['exports'], { filename: file }) as (exports: object) => void;
    run(exports);
  } catch (error) {
    throw error instanceof Error ? error : new Error(`it throws ${String(error)}.`);
  }
  return exports.default;
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
