import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Holds the lock for 250 ms, as a transaction on a slow disk does, and leaves a gap of 3 ms before it takes it again. */
const WRITER = `const db = new (require(process.argv[1]))(process.argv[2]);
  (function again() {
    db.exec('BEGIN EXCLUSIVE');
    console.log('writing');
    setTimeout(() => {
      db.exec('COMMIT');
      setTimeout(again, 3);
    }, 250);
  })();`;

/** Runs work while another program writes one transaction after another. */
export async function besideBusyWriter(database: string, work: () => Promise<void>): Promise<void> {
  const args = ['-e', WRITER, require.resolve('better-sqlite3'), database];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  try {
    await once(child.stdout, 'data');
    await work();
    expect(child.exitCode).toBeNull();
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
}
