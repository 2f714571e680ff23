import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { makeTempDir } from '@turso-sync/testing';
import type { TursoSyncError } from '../../errors';
import { withLock } from './lock';

let file: string;
beforeEach(() => {
  file = path.join(makeTempDir(), 'lock');
});

async function attempt(): Promise<TursoSyncError | undefined> {
  return withLock(file, 'other', async () => undefined).then(
    () => undefined,
    (error: unknown) => error as TursoSyncError,
  );
}

test('keeps others out, names the holder to them, and leaves nothing but an empty file', async () => {
  const answer = await withLock(file, 'dump-push', async () => {
    const refused = await attempt();
    expect(refused).toMatchObject({ code: 'STATE_LOCKED', retryable: true });
    expect(refused?.message).toContain(`\`dump-push\` (process ${process.pid} on ${os.hostname()}, since `);
    return 'answer';
  });
  expect(answer).toBe('answer');
  expect(readdirSync(path.dirname(file))).toEqual(['lock']);
  expect(readFileSync(file)).toHaveLength(0);
  expect(await attempt()).toBeUndefined();
});

test('is let go of when the work fails', async () => {
  await expect(withLock(file, 'x', () => Promise.reject(new Error('on purpose')))).rejects.toThrow(
    'on purpose',
  );
  expect(await attempt()).toBeUndefined();
});

test('does without the name of a holder who could not write it, or not yet', async () => {
  mkdirSync(`${file}.json`);
  await withLock(file, 'nameless', async () => {
    expect((await attempt())?.message).toContain('another turso-sync process');
  });
});

test('is not held by a process that was killed', async () => {
  const script = `const db = new (require(process.argv[1]))(process.argv[2]);
    db.exec('BEGIN EXCLUSIVE'); console.log('locked'); setTimeout(() => {}, 60000)`;
  const child = spawn(process.execPath, ['-e', script, require.resolve('better-sqlite3'), file]);
  await once(child.stdout, 'data');
  writeFileSync(
    `${file}.json`,
    JSON.stringify({ pid: child.pid, host: 'there', command: 'dump-init', since: 'then' }),
  );
  expect((await attempt())?.message).toContain('`dump-init` (process');
  child.kill('SIGKILL');
  await once(child, 'close');
  expect(await attempt()).toBeUndefined();
  expect(existsSync(`${file}.json`)).toBe(false);
});

test.each([
  ['is a folder', (at: string) => mkdirSync(at)],
  ['holds something else', (at: string) => writeFileSync(at, 'what is this? '.repeat(100))],
])('says so where its file %s', async (_, make) => {
  make(file);
  expect(await attempt()).toMatchObject({ code: 'FILE_INACCESSIBLE', hint: expect.any(String) as string });
});
