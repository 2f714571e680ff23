import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { makeTempDir, writeFiles } from '@turso-sync/testing';

const PACKAGE = path.join(__dirname, '..', '..');

/** A project that has turso-core and what it depends on, and nothing else of this repository. */
function freshInstall(): string {
  const dir = makeTempDir('types-');
  const own = path.join(dir, 'node_modules', 'turso-core');
  for (const name of ['dist', 'package.json'])
    cpSync(path.join(PACKAGE, name), path.join(own, name), { recursive: true });
  const { dependencies } = JSON.parse(readFileSync(path.join(PACKAGE, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  // What @types/better-sqlite3 depends on itself.
  for (const name of [...Object.keys(dependencies), '@types/node', 'undici-types']) {
    const to = path.join(dir, 'node_modules', name);
    mkdirSync(path.dirname(to), { recursive: true });
    symlinkSync(path.join(PACKAGE, '..', '..', 'node_modules', name), to);
  }
  return dir;
}

/** How programs find the types: their files, and the options of the compiler. */
const PROGRAMS = [
  ['ES and CommonJS modules', ['m.mts', 'm.cts'], ['--module', 'nodenext']],
  ['a bundler', ['m.ts'], ['--module', 'esnext', '--moduleResolution', 'bundler']],
  [
    'the classic way of Node',
    ['m.ts'],
    ['--module', 'commonjs', '--moduleResolution', 'node10', '--esModuleInterop'],
  ],
] as const;

const SOURCE = `import { loadProject, push } from 'turso-core';
  import { openLive, type Live } from 'turso-core/live';
  import { report, type ReportSource } from 'turso-core/report';
  export const page = (source: ReportSource): AsyncIterable<string> => report(source, 'html');
  export const dry = async (): Promise<string> => (await push(await loadProject(), { dryRun: true })).outcome;
  export async function work(): Promise<Live> { return openLive({ url: 'file:x.db' }); }`;

test.each(PROGRAMS)('the types compile in strict mode, with those of libraries, for %s', (_, files, how) => {
  const dir = freshInstall();
  writeFiles(dir, Object.fromEntries(files.map((file) => [file, SOURCE])));
  const tsc = require.resolve('typescript/bin/tsc');
  // The compiler's own types need no check.
  const own = ['--preserveSymlinks', '--skipDefaultLibCheck', '--noEmit'];
  const args = ['--strict', '--target', 'es2022', ...how, ...own, ...files];
  const { status, stdout } = spawnSync(process.execPath, [tsc, ...args], { cwd: dir, encoding: 'utf8' });
  expect([status, stdout]).toEqual([0, '']);
});
