// Runs a server and removes its folder: `node keeper.js <folder> <program> <argument ...>`. The first line on stdin starts
// it. When stdin ends, the one who started this is gone, however it ended. Then the server ends too.
import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';

/** How long the server may take to end by itself, in milliseconds. */
const PATIENCE = 3000;

const [folder = '', program = '', ...args] = process.argv.slice(2);
let server: ChildProcess | undefined;

process.stdin.once('data', start).once('end', end).once('error', end);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
// Whoever read the log is gone.
process.stdout.on('error', () => undefined);

function start(): void {
  // No environment: the server takes SQLD_* and RUST_LOG from there.
  const started = spawn(program, args, { cwd: folder, env: {}, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [started.stdout, started.stderr]) stream.pipe(process.stdout, { end: false });
  started.once('error', (error) => {
    process.stdout.write(`${program} cannot be run: ${error.message}\n`);
    leave(1);
  });
  started.once('close', (code) => leave(code ?? 1));
  server = started;
}

function end(): void {
  if (server === undefined) leave(0);
  server?.kill('SIGTERM');
  setTimeout(() => server?.kill('SIGKILL'), PATIENCE).unref();
}

function leave(code: number): void {
  // What still writes there ends soon.
  fs.rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  process.exitCode = code;
  process.stdin.destroy();
}
