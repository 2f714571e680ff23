import { once } from 'node:events';
import fs from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { editDatabase, execOn, queryOn, sqldPath, until } from '@turso-sync/testing';
import type { Served } from './served.fixture';
import { addApp, ISOLATED, nx, type App, type Ended } from './workspace.fixture';

/**
 * Runs the targets that are not part of a plain push, and the cache: a hit while the remote is as it was, then a miss, and one
 * download for two projects.
 */
export async function checkTargets(place: string, served: Served): Promise<void> {
  const { sqld, variables } = served;
  const app = addApp('verbs', {}, place);
  const run = async (...words: string[]): Promise<Ended> =>
    nx(['run', ...words], { ...variables, ...ISOLATED }, place);
  const succeed = async (...words: string[]): Promise<string> => {
    const { exitCode, output } = await run(...words);
    expect({ words, exitCode, output }).toMatchObject({ exitCode: 0 });
    return output;
  };
  expect(await succeed('verbs:turso-init')).toContain('Working copy made: ');
  expect(await succeed('verbs:turso-snapshot')).toMatch(/local cache|existing outputs match the cache/);

  editDatabase(app.workingCopy, "UPDATE person SET name = 'value-mine' WHERE id = 1");
  const diff = await succeed('verbs:turso-diff', '--out=changes.md');
  expect(diff).toContain(`Report: ${path.join(place, 'changes.md')}`);
  expect(diff).not.toContain('value-mine');
  expect(fs.readFileSync(path.join(place, 'changes.md'), 'utf8')).toContain('value-mine');

  fs.mkdirSync(path.join(app.directory, 'checks'), { recursive: true });
  fs.writeFileSync(
    path.join(app.directory, 'checks', 'named.sql'),
    'SELECT id FROM person WHERE name IS NULL',
  );
  expect(await succeed('verbs:turso-check')).toContain('1 check passed.');
  expect(await succeed('verbs:turso-push')).toContain('Pushed to ');
  expect(await succeed('verbs:turso-undo')).toContain('Push 1 ');
  expect(await served.compare(app.workingCopy)).toEqual([]);
  await succeed('verbs:turso-dump', '--workingCopy', '--output=dump.sql');
  expect(fs.readFileSync(path.join(place, 'dump.sql'), 'utf8')).toContain("'Ada'");
  // Pushes have changed the remote, and the base has what they did.
  const missed = await succeed('verbs:turso-snapshot');
  expect(missed).toContain('taken from here, since nothing has changed');
  const too = addApp('verbs-too', {}, place);
  expect(await succeed('verbs-too:turso-snapshot')).toContain(`copied from ${app.snapshot}`);
  await execOn(sqld, "UPDATE person SET name = name || '!'");
  const both = await nx(
    ['run-many', '-t', 'turso-snapshot', '-p', 'verbs', 'verbs-too', '--outputStyle=static'],
    variables,
    place,
  );
  expect(both.exitCode).toBe(0);
  for (const { snapshot } of [app, too])
    expect(await served.compare(path.join(snapshot, 'baseline.db'))).toEqual([]);
  // Its self-test writes, so the next snapshot would be taken from the remote.
  expect(await succeed('verbs:turso-doctor')).toContain('All is well.');
  expect(await succeed('verbs:turso-clean')).toContain('undo records');
  await serveForDevelopment(app, place, served);
}

/** A target that depends on `turso-dev` and waits for its health, as docs/nx.md shows, finds the data; then the server ends. */
async function serveForDevelopment(app: App, place: string, { sqld, variables }: Served): Promise<void> {
  const port = await freePort();
  const health = `http://127.0.0.1:${port}/health`;
  app.addTarget('turso-dev', { options: { port } });
  app.addTarget('end-to-end', {
    dependsOn: ['turso-dev'],
    command: `curl --fail --silent --retry 60 --retry-delay 1 --retry-connrefused ${health} && node apps/verbs/ask.js`,
  });
  const question = { requests: [{ type: 'execute', stmt: { sql: 'SELECT count(*) AS visits FROM visit' } }] };
  fs.writeFileSync(
    path.join(app.directory, 'ask.js'),
    `fetch('http://127.0.0.1:${port}/v2/pipeline', { method: 'POST', body: ${JSON.stringify(JSON.stringify(question))} })
      .then((answer) => answer.text())
      .then((text) => console.log('answer', text));`,
  );
  const PATH = `${path.dirname(sqldPath() ?? '')}:${process.env['PATH'] ?? ''}`;
  const { exitCode, output } = await nx(['run', 'verbs:end-to-end'], { ...variables, PATH }, place);
  expect({ exitCode, output }).toMatchObject({ exitCode: 0 });
  const [[visits] = []] = await queryOn(sqld, 'SELECT count(*) FROM visit');
  expect(output).toContain(`"rows":[[{"type":"integer","value":"${String(visits)}"}]]`);
  await until(
    async () =>
      fetch(health).then(
        () => false,
        () => true,
      ),
    10_000,
  );
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
