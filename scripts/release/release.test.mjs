import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { files, released } from './places.cjs';

const root = path.join(import.meta.dirname, '..', '..');
const read = (file) => readFileSync(path.join(root, file), 'utf8');
const { version } = JSON.parse(read('packages/turso-core/package.json'));

test('all places have one version', () => {
  for (const file of files.filter((each) => each !== 'CHANGELOG.md'))
    assert.equal(released(file, read(file), version, ''), read(file), file);
});

test('a file without its place is an error, not a release with two versions', () => {
  const file = 'packages/turso-ffi/dune-project';
  assert.throws(() => released(file, '(lang dune 2.9)', '1.2.3', ''), /dune-project/);
});

test('the entries of the changelog come under the new version, and the heading for the next ones stays', () => {
  const text = released('CHANGELOG.md', '# Changelog\n\n## Unreleased\n\n- New.\n', '1.2.3', '2030-01-02');
  assert.equal(text, '# Changelog\n\n## Unreleased\n\n## 1.2.3 - 2030-01-02\n\n- New.\n');
});

test('nx release --dry-run names every file, and writes none', () => {
  const before = files.map(read);
  const said = run('npx', ['nx', 'release', '999.1.2', '--dry-run']);
  for (const file of files) assert.ok(said.includes(`UPDATE ${file} [dry-run]`), `${file}\n${said}`);
  assert.match(said, /\+ {3}"version": "999\.1\.2"/);
  assert.deepEqual(files.map(read), before);
});

test('the publish of a dry run publishes nothing', () => {
  const options = ['packages/turso-ffi', '--dryRun=true', '--tag=next'];
  const said = run('node', ['scripts/release/publish.mjs', ...options]);
  assert.match(said, /with tag next .*\(dry-run\)/);
  assert.ok(said.includes(`+ turso-ffi@${version}`), said);
});

/** What a command says. It must succeed. */
function run(command, options) {
  const env = { ...process.env, NX_DAEMON: 'false', npm_config_offline: 'true', FORCE_COLOR: '0' };
  const { status, stdout, stderr } = spawnSync(command, options, { cwd: root, encoding: 'utf8', env });
  assert.equal(status, 0, stdout + stderr);
  return stdout + stderr;
}
