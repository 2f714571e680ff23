import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { buildDatabase, createTokens, editDatabase, makeTempDir } from '@turso-sync/testing';
import { makeProject, type Run } from '../fixtures/cli.fixture';

/** What acts on a terminal, but for the ends of lines. */
// eslint-disable-next-line no-control-regex
const ACTING = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/u;

const FORGED = 'Pushed to production.';
const EVIL = `a\x1b[2J\x9b31m\n${FORGED}\n\u202eb`;
const name = (suffix = ''): string => `"${EVIL}${suffix}"`;

function expectHarmless(run: Run, exit: number): void {
  const text = run.stdout + run.stderr;
  expect(run.exit).toBe(exit);
  expect(text).not.toMatch(ACTING);
  expect(text.split('\n')).not.toContain(FORGED);
}

test('names and values of a hostile database are seen, and do nothing, in every command', async () => {
  const remote = path.join(makeTempDir(), 'r.db');
  buildDatabase(
    remote,
    `CREATE TABLE ${name()}(id INTEGER PRIMARY KEY, ${name('c')}); INSERT INTO ${name()} VALUES (1, '${EVIL}');
     CREATE VIEW ${name('v')} AS SELECT 1`,
  );
  const project = makeProject({ url: `file:${remote}` });
  expectHarmless(await project.run('dump-init', '--verbose'), 0);
  project.edit(
    `UPDATE ${name()} SET ${name('c')} = '${EVIL}!'; INSERT INTO ${name()} VALUES (2, '${EVIL}'); DROP VIEW ${name('v')}`,
  );
  for (const args of [['diff', '--values'], ['status'], ['dump-push', '--dry-run', '--verbose']])
    expectHarmless(await project.run(...args), 0);
  expectHarmless(await project.run('diff', '--table', `${EVIL}x`), 1);
  expectHarmless(await project.run('verify'), 2);
  const told = await project.run('diff', '--values', '--json');
  expectHarmless(told, 0);
  expect(told.stdout).toContain('\\u009b31m');
  expect(JSON.parse(told.stdout)).toMatchObject({ result: { rows: [{ table: EVIL }, { table: EVIL }] } });
  editDatabase(remote, `UPDATE ${name()} SET ${name('c')} = 'theirs'`);
  expectHarmless(await project.run('dump-push'), 3);
  expectHarmless(await project.run('pull', '--on-conflict', 'theirs'), 0);
  expectHarmless(await project.run('dump-push', '--verbose'), 0);
  expectHarmless(await project.run('undo'), 0);
});

test('words of a server are seen, do nothing, and do not give the token away', async () => {
  const { readWriteToken: token } = createTokens();
  const echo = (text: string): string => `${EVIL} bad token: ${text} (${encodeURIComponent(text)})`;
  const server = createServer((request, response) => {
    const given = (request.headers.authorization ?? '').replace('Bearer ', '');
    const cut = `${given.slice(0, -5)} ${given.slice(20, 60)}\n${given.replace(/.{15}/g, '$&\n')}`;
    response.writeHead(500).end(request.method === 'GET' ? '' : echo(cut).slice(0, 180));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const project = makeProject({ url, readWriteToken: token });
  for (const args of [['dump-init'], ['dump-init', '--json'], ['dump', '--remote'], ['status']]) {
    const run = await project.run(...args);
    expectHarmless(run, args[0] === 'status' ? 0 : 1);
    const text = `${run.stdout}${run.stderr}`.replace(/\\[nu]\w*|\s/g, '');
    for (let at = 0; at + 12 <= token.length; at++) expect(text).not.toContain(token.slice(at, at + 12));
    expect(text).toContain('[token]');
  }
  server.close();
});

test('what a user gives is seen, and does nothing', async () => {
  const project = makeProject();
  const lines = [
    [EVIL],
    ['diff', `--${EVIL}`],
    ['diff', '--cwd', EVIL],
    ['diff', '--env', EVIL],
    ['diff', EVIL, '--json'],
  ];
  for (const args of lines) {
    const { exit, stdout, stderr } = await project.run(...args);
    expect(exit).toBe(1);
    expect(stdout + stderr).not.toMatch(ACTING);
  }
});
