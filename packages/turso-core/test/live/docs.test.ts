import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { makeTempDir, queryOn, removeTempDir, requireTool, startSqld } from '@turso-sync/testing';
import ts from 'typescript';
import { readContract } from './contract.fixture';

const ROOT = path.join(__dirname, '../../../..');

/** The TypeScript in a text, block by block, that is about the live connection. */
function examplesIn(file: string): string[] {
  const text = fs.readFileSync(path.join(ROOT, file), 'utf8').replaceAll(/^ \* ?/gm, '');
  const blocks = [...text.matchAll(/^```ts\n([^]*?)^```/gm)].map(([, code = '']) => code);
  return blocks.filter((code) => code.includes("from 'turso-core/live'"));
}

describe('documentation', () => {
  let dir: string;
  beforeEach(() => {
    dir = makeTempDir('docs-');
    fs.writeFileSync(path.join(dir, 'package.json'), '{ "type": "module" }');
    fs.mkdirSync(path.join(dir, 'node_modules'));
    fs.symlinkSync(path.join(ROOT, 'packages/turso-core'), path.join(dir, 'node_modules/turso-core'));
  });
  afterEach(() => removeTempDir(dir));

  (requireTool('sqld') ? test : test.skip)('the first example does what it says', async () => {
    const [code = ''] = examplesIn('docs/direct-access.md');
    const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
    fs.writeFileSync(path.join(dir, 'app.js'), ts.transpileModule(code, { compilerOptions }).outputText);
    const server = await startSqld();
    try {
      const env = { PATH: process.env['PATH'], TURSO_DATABASE_URL: server.url };
      const { stdout } = await promisify(execFile)(process.execPath, ['app.js'], { cwd: dir, env });
      expect(stdout).toBe('1n Ada\n');
      expect(await queryOn(server, 'SELECT name FROM contacts ORDER BY id')).toEqual(
        ['Ada Lovelace', 'Grace Hopper', 'Barbara', 'Edsger', 'Donald'].map((name) => [name]),
      );
    } finally {
      await server.stop();
    }
  });

  test('the table of behaviours lists those of the contract', () => {
    const text = fs.readFileSync(path.join(ROOT, 'docs/direct-access-contract.md'), 'utf8');
    const rows = [...text.matchAll(/^\| (.*?) +\| (.*?) +\|$/gm)].map(([, title = '']) => title);
    const isBehaviour = (title: string): boolean => title !== 'behaviour' && !title.startsWith('-');
    expect(rows.filter(isBehaviour)).toEqual(readContract().map(({ title }) => title));
  });

  test('every code of an error has a paragraph', () => {
    const sources = ['turso-core', 'turso-sync-plugin'].map((name) =>
      fs.readFileSync(path.join(ROOT, `packages/${name}/src/errors.ts`), 'utf8'),
    );
    const codes = [...sources.join('').matchAll(/^ {2}\| '(\w+)'/gm)].map(([, code = '']) => code);
    const text = fs.readFileSync(path.join(ROOT, 'docs/reference/errors.md'), 'utf8');
    expect(codes.length).toBeGreaterThan(40);
    const isExplained = (code: string): boolean => new RegExp(`^### ${code}\n\n\\S`, 'm').test(text);
    expect(codes.filter((code) => !isExplained(code))).toEqual([]);
  });
});
