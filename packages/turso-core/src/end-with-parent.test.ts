import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { isRunning, makeTempDir, until, writeFiles } from '@turso-sync/testing';

/** As it is built: the programs run no TypeScript. */
const BUILT = path.join(__dirname, '..', 'dist', 'end-with-parent.js');

// On a busy machine, a process may take long to begin.
test.each([
  ['after it has begun', 0, 1500],
  ['before', 1500, 0],
])('a process whose thread is blocked ends with one that is killed %s', async (_, idle, life) => {
  const dir = makeTempDir('end-with-parent-');
  const wait = (ms: number): string => `Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ${ms});`;
  writeFiles(dir, {
    'child.js': `${wait(idle)} require(${JSON.stringify(BUILT)}).endWithParent(); ${wait(600_000)}`,
    'parent.js': `require(${JSON.stringify(BUILT)}).startChild(${JSON.stringify(path.join(dir, 'child.js'))}, { stdio: 'ignore' });
      console.log('started'); setTimeout(() => process.kill(process.pid, 'SIGKILL'), ${life});`,
  });
  const parent = spawn(process.execPath, [path.join(dir, 'parent.js')], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const group = -(parent.pid ?? 0);
  try {
    await once(parent.stdout, 'data');
    expect(isRunning(group)).toBe(true);
    await until(() => !isRunning(group), 60_000);
  } finally {
    if (isRunning(group)) process.kill(group, 'SIGKILL');
  }
});
