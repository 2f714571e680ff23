import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeTempDir } from '@turso-sync/testing';
import { startCommand } from '../fixtures/cli.fixture';

const ROOT = path.join(__dirname, '..', '..', '..', '..');

test('where the binary of better-sqlite3 is missing, the error says what to do', async () => {
  const dir = makeTempDir('not-loaded-');
  const installed = path.join(dir, 'node_modules');
  mkdirSync(installed);
  for (const name of ['bin', 'dist', 'package.json'])
    cpSync(path.join(ROOT, 'packages', 'turso-core', name), path.join(dir, name), { recursive: true });
  for (const name of ['bindings', 'file-uri-to-path'])
    cpSync(path.join(ROOT, 'node_modules', name), path.join(installed, name), { recursive: true });
  for (const file of ['package.json', 'lib']) {
    const from = path.join(ROOT, 'node_modules', 'better-sqlite3', file);
    cpSync(from, path.join(installed, 'better-sqlite3', file), { recursive: true });
  }
  writeFileSync(path.join(dir, '.env'), 'TURSO_DATABASE_URL=file:remote.db');

  const env = { NODE_PATH: path.join(ROOT, 'node_modules') };
  const command = path.join(dir, 'bin', 'turso-sync.js');
  // Where Node can load version 13, that is missing as well.
  writeFileSync(path.join(installed, 'better-sqlite3-node-api.js'), 'throw new Error()');
  const { exit, stderr } = await startCommand(dir, ['init', '--create'], [], { env, command }).ended;
  expect(stderr).toMatch(
    /^SQLITE_NOT_LOADED: better-sqlite3 cannot be loaded: .*\n {2}.*`npm rebuild better-sqlite3`\..*`pnpm approve-builds`.*\n$/,
  );
  expect(exit).toBe(1);
  rmSync(dir, { recursive: true });
});
