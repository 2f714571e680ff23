import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { inspect } from 'node:util';

/** What a live connection in a process of its own came to: the number of rows, or the error's code and message. */
export type LiveOutcome = { readonly rows: number } | { readonly code: string; readonly told: string };

const LIVE = path.join(__dirname, '..', '..', 'dist', 'live', 'index.js');

/** Writes a row by a live connection and counts rows, in a process of its own: Node reads which authorities it trusts when it starts. */
export async function runLive(
  options: { readonly url: string; readonly replica?: string; readonly authToken?: string },
  env: Readonly<Record<string, string>>,
): Promise<LiveOutcome> {
  const script = `
    const { openLive } = require(${JSON.stringify(LIVE)});
    async function run() {
      const live = await openLive({ timeout: 20000, maxRetries: 0, ...${JSON.stringify(options)} });
      try {
        await live.execute('INSERT INTO t (v) VALUES (3)');
        await live.sync();
        return { rows: Number((await live.query('SELECT count(*) AS n FROM t')).rows[0].n) };
      } finally {
        await live.close();
      }
    }
    run().catch((error) => ({ code: error.code, told: require('util').inspect(error, { depth: 9 }) }))
      .then((outcome) => console.log(JSON.stringify(outcome)));
  `;
  const child = spawn(process.execPath, ['-e', script], { env: { PATH: process.env['PATH'] ?? '', ...env } });
  const output = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.err += text));
  await once(child, 'close');
  try {
    return JSON.parse(output.out) as LiveOutcome;
  } catch {
    throw new Error(`No outcome: ${inspect(output)}`);
  }
}
