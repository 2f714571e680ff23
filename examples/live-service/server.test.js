import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';

const folder = mkdtempSync(path.join(tmpdir(), 'live-service-'));
after(() => rmSync(folder, { recursive: true }));

test('entries stay, also after a restart', async () => {
  const first = await start();
  assert.equal((await fetch(first.url, { method: 'POST', body: "Ada's visit" })).status, 201);
  assert.deepEqual(await (await fetch(first.url)).json(), ["Ada's visit"]);
  await first.stop();
  const second = await start();
  await fetch(second.url, { method: 'POST', body: 'Grace' });
  assert.deepEqual(await (await fetch(second.url)).json(), ["Ada's visit", 'Grace']);
  await second.stop();
});

/** Starts the service on a free port. Its remote is a file, unless the environment names a server. */
async function start() {
  const script = path.join(import.meta.dirname, 'server.js');
  const child = spawn(process.execPath, [script], { cwd: folder, env: { ...process.env, PORT: '0' } });
  child.stderr.pipe(process.stderr);
  const [line] = await once(child.stdout, 'data');
  return {
    url: String(line).trim(),
    async stop() {
      child.kill('SIGTERM');
      assert.deepEqual(await once(child, 'exit'), [0, null]);
    },
  };
}
