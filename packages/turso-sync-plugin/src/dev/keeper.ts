// Runs a server and removes its folder: `node keeper.js <folder> <program> <argument ...>`. The first line on stdin
// starts it. When stdin ends, the starting process is gone for whatever reason. Then the server ends too.
import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';

/** Milliseconds for the server to end by itself. */
const PATIENCE = 3000;

const [folder = '', program = '', ...args] = process.argv.slice(2);
let server: ChildProcess | undefined;

process.stdin.once('data', start).once('end', end).once('error', end);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
// The reader of the log is gone.
process.stdout.on('error', () => undefined);

function start(): void {
  // No environment: the server would take SQLD_* and RUST_LOG from there.
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
  // Any process that still writes there ends soon.
  fs.rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  process.exitCode = code;
  process.stdin.destroy();
}
