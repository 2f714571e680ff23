import { execFileSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buildDatabase, makeTempDir } from '@turso-sync/testing';
import { makeProject, type TestProject } from '../fixtures/cli.fixture';
import { onTerminal } from '../fixtures/terminal.fixture';

let project: TestProject;

beforeAll(async () => {
  project = makeProject({ url: 'file:remote.db' });
  buildDatabase(
    project.file('remote.db'),
    "CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 'a')",
  );
  await project.run('init');
  project.edit(`UPDATE t SET v = '${'日本語'.repeat(9)}'; CREATE INDEX i ON t(v)`);
});

const show = (args: string, env: Record<string, string> = {}): string =>
  onTerminal(project.dir, 40, `diff --values ${args}`, { rows: 8, env: { PAGER: '', ...env } });

test('rows are in colour and no wider than the terminal, also with wide characters', () => {
  const shown = show('');
  expect(shown).toContain("\x1b[33m  ~  id=1  v       'a'  '日本語");
  expect(shown).toContain('\x1b[32m  + CREATE INDEX i ON t(v)');
  const [line = ''] = /~ {2}id=1.*…/.exec(shown) ?? [];
  // Each of these characters takes two columns; the sign stands in the third.
  expect(
    Array.from(line).reduce((sum, c) => sum + (/[\u3000-\u9fff]/.test(c) ? 2 : 1), 2),
  ).toBeLessThanOrEqual(40);
});

test('NO_COLOR leaves colours out', () => {
  expect(show('', { NO_COLOR: '1' })).not.toContain('\x1b[3');
});

test.each([
  ['', 'paged:', true],
  ['--no-pager', 'paged:', false],
  ['', 'UPDATE t 1 row', true],
])('a long answer goes to the pager: %s %s', (args, text, isThere) => {
  expect(show(args, { PAGER: "sed 's/^/paged:/'" }).includes(text)).toBe(isThere);
});

test('a pager that is not there, or that is left early, does no harm', () => {
  expect(show('', { PAGER: 'no-such-pager 2>/dev/null' })).toContain('UPDATE t 1 row');
  expect(show('', { PAGER: 'head -n 1' })).toContain('CREATE index i');
});

test('without PAGER it is less, if that is there', () => {
  const bin = makeTempDir();
  for (const program of ['script', 'stty', 'sh', 'sed']) {
    const found = execFileSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).trim();
    symlinkSync(found, path.join(bin, program));
  }
  // As it is called; a test has nobody to press a key.
  const less = '#!/bin/sh\necho "LESS=$LESS"; exec sed "s/^/less:/"';
  const on = (env: Record<string, string | undefined>, args = ''): string =>
    onTerminal(project.dir, 40, `diff --values ${args}`, {
      rows: 8,
      env: { PATH: bin, PAGER: undefined, ...env },
    });
  expect(on({})).toContain('UPDATE t 1 row');
  expect(on({})).not.toContain('less:');
  writeFileSync(path.join(bin, 'less'), less, { mode: 0o755 });
  expect(on({})).toMatch(/LESS=FRX\s[^]*less:UPDATE t 1 row/);
  expect(on({ LESS: 'R' })).toContain('LESS=R');
  for (const [env, args] of [
    [{ PAGER: 'cat' }, ''],
    [{ PAGER: '' }, ''],
    [{}, '--no-pager'],
  ] as const)
    expect(on(env, args)).not.toContain('less:');
});

test('a short answer needs no pager', () => {
  const answer = onTerminal(project.dir, 80, 'diff', { rows: 50, env: { PAGER: "sed 's/^/paged:/'" } });
  expect(answer).not.toContain('paged:');
});
