import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { makeTempDir, writeFiles } from '@turso-sync/testing';
import ts from 'typescript';

const ROOT = path.join(__dirname, '../../../..');

const COMPILER: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: ['node'],
  typeRoots: [path.join(ROOT, 'node_modules/@types')],
  strict: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  exactOptionalPropertyTypes: true,
  noEmit: true,
};

/** An example of the library, in a page or in the comment of a source. */
interface Example {
  readonly file: string;
  readonly code: string;
}

/** Pages whose blocks are the files of one program. `test/live/query-builders.test.ts` compiles and runs them. */
const PROGRAMS = ['docs/direct-access-drizzle.md', 'docs/direct-access-kysely.md'];

/** All examples that import the library. */
function findExamples(): Example[] {
  const docs = filesIn('docs', '.md').filter((file) => !PROGRAMS.includes(file));
  const pages = [...docs, 'README.md', 'packages/turso-core/README.md'];
  const sources = filesIn('packages/turso-core/src', '.ts').filter((file) => !file.endsWith('.test.ts'));
  return [...pages, ...sources].flatMap((file) => examplesIn(file).map((code) => ({ file, code })));
}

/** Hidden folders are left out: the site may be built there at this moment, with copies of the pages. */
function filesIn(folder: string, ending: string): string[] {
  const names = fs.readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => name.endsWith(ending) && !/(^|[/\\])\./.test(name))
    .map((name) => path.join(folder, name));
}

function examplesIn(file: string): string[] {
  const text = fs.readFileSync(path.join(ROOT, file), 'utf8').replaceAll(/^ *\* ?/gm, '');
  const blocks = [...text.matchAll(/^```ts\n([^]*?)^```/gm)].map(([, code = '']) => code);
  return blocks.filter((code) => /from 'turso-core(\/[\w-]+)?'/.test(code));
}

let folder: string;

beforeEach(() => {
  folder = makeTempDir('examples-');
  writeFiles(folder, { 'package.json': '{ "type": "module" }' });
  fs.mkdirSync(path.join(folder, 'node_modules'));
  fs.symlinkSync(path.join(ROOT, 'packages/turso-core'), path.join(folder, 'node_modules/turso-core'));
});

test('all examples compile, as they stand', () => {
  const examples = findExamples();
  const named = new Set(examples.map(({ file }) => file));
  for (const file of ['README.md', 'docs/library.md', 'docs/direct-access.md', 'docs/plan.md'])
    expect(named).toContain(file);
  expect(examples.length).toBeGreaterThan(20);

  const files = examples.map(({ file, code }, i) => {
    const at = path.join(folder, `${file.replaceAll(/\W/g, '-')}-${i}.ts`);
    fs.writeFileSync(at, code);
    return at;
  });
  const diagnostics = ts.getPreEmitDiagnostics(ts.createProgram(files, COMPILER));
  const host = { getCanonicalFileName: String, getCurrentDirectory: () => folder, getNewLine: () => '\n' };
  expect(ts.formatDiagnostics(diagnostics, host)).toBe('');
});

test('the first example of the library runs, and prints what it says', async () => {
  const [code = ''] = examplesIn('docs/library.md');
  const compilerOptions = { ...COMPILER, module: ts.ModuleKind.ESNext };
  writeFiles(folder, { 'app.js': ts.transpileModule(code, { compilerOptions }).outputText });
  const env = { PATH: process.env['PATH'] };
  const { stdout } = await promisify(execFile)(process.execPath, ['app.js'], { cwd: folder, env });
  const told = [...code.matchAll(/; \/\/ (.*)$/gm)].map(([, line = '']) => `${line}\n`);
  expect(told.length).toBeGreaterThan(1);
  expect(stdout).toBe(told.join(''));
});
