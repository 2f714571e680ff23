import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { makeTempDir, requireTool, writeFiles } from '@turso-sync/testing';
import { makeWorkspace } from '../workspace.fixture';

const BUILT = path.join(__dirname, '..', '..', 'dist', 'ffi', 'print-toolchain.js');
const testWithTools = requireTool('cargo') && requireTool('dune') && requireTool('gcc') ? test : test.skip;

function toolchain(root: string, words: readonly string[] = [], environment = process.env): string {
  return execFileSync(process.execPath, [BUILT, 'apps/demo', ...words], {
    cwd: root,
    encoding: 'utf8',
    env: environment,
  });
}

testWithTools('the key has the versions of all that builds, and what it builds for', () => {
  const root = makeWorkspace({ 'apps/demo/Cargo.toml': '' });
  const text = toolchain(root);
  expect(text).toMatch(
    /^rustc rustc [\d.]+ [^]*\nhost: \S+\n[^]*\ncc [^]*\ncc \S+-\S+\nocamlc [\d.]+\ndune [\d.]+\n$/m,
  );
  expect(toolchain(root)).toBe(text);
});

test.each([{}, { CC: '' }, { CC: ' ' }])(
  'what is not there has no version, which is another key %p',
  (variables) => {
    const root = makeWorkspace({ 'apps/demo/Cargo.toml': '' });
    expect(toolchain(root, [], { PATH: makeTempDir(), ...variables })).toBe(
      'rustc absent\ncc absent\ncc absent\nocamlc absent\ndune absent\n',
    );
  },
);

test('the sources of a vendored package are part of it, and its other files are not', () => {
  const files = { 'package.json': '{}', 'src/lib.rs': '// one', 'target/release/lib.a': '' };
  const root = makeWorkspace({ 'apps/demo/project.json': {} });
  const folder = path.join(root, 'node_modules/turso-demo');
  const digest = (): string => toolchain(root, ['turso-demo'], { PATH: makeTempDir() }).split('\n')[5] ?? '';
  expect(digest()).toBe('turso-demo absent');
  writeFiles(folder, files);
  const first = digest();
  expect(first).toMatch(/^turso-demo [0-9a-f]{64}$/);
  fs.writeFileSync(path.join(folder, 'target/release/lib.a'), 'other');
  expect(digest()).toBe(first);
  fs.writeFileSync(path.join(folder, 'src/lib.rs'), '// two');
  expect(digest()).not.toBe(first);
});
