import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeTempDir } from '@turso-sync/testing';
import { withTemporary } from './temporary';

let state: string;
beforeEach(() => {
  state = path.join(makeTempDir(), 'deep', '.turso');
});

test('gives a folder of its own, and removes it with all in it', async () => {
  const used = await withTemporary(state, async (directory) => {
    expect(path.dirname(directory)).toBe(state);
    mkdirSync(path.join(directory, 'inner'));
    writeFileSync(path.join(directory, 'inner', 'file'), 'x');
    return directory;
  });
  expect(existsSync(used)).toBe(false);
  expect(readdirSync(state)).toEqual([]);
});

test('removes it when the work fails as well', async () => {
  const failing = withTemporary(state, () => Promise.reject(new Error('on purpose')));
  await expect(failing).rejects.toThrow('on purpose');
  expect(readdirSync(state)).toEqual([]);
});

test('gives two at once a folder each, and neither takes the other for a leftover', async () => {
  await withTemporary(state, (outer) =>
    withTemporary(state, (inner) => {
      expect(inner).not.toBe(outer);
      expect(existsSync(outer)).toBe(true);
    }),
  );
  expect(readdirSync(state)).toEqual([]);
});

test('clears what dead processes have left, and nothing else', async () => {
  const others = ['base', 'tmpfile'];
  for (const name of ['tmp-1234-abc', 'tmp-left', ...others])
    mkdirSync(path.join(state, name, 'inner'), { recursive: true });
  for (const name of ['tmp-left.lock', 'tmp-alone.lock']) writeFileSync(path.join(state, name), '');
  await withTemporary(state, () => undefined);
  expect(readdirSync(state).sort()).toEqual(others);
});

test('leaves alone what a process uses that cannot be seen from here, until it dies', async () => {
  // Its process id means nothing in another container.
  const user = fork(path.join(__dirname, '..', '..', '..', 'test', 'fixtures', 'holder.fixture.js'), [state]);
  await once(user, 'message');
  const inUse = readdirSync(state);
  expect(inUse).toHaveLength(2);
  await withTemporary(state, () => undefined);
  expect(readdirSync(state)).toEqual(inUse);
  user.kill('SIGKILL');
  await once(user, 'exit');
  await withTemporary(state, () => undefined);
  expect(readdirSync(state)).toEqual([]);
});

test('many runs at once leave nothing and disturb nobody', async () => {
  const runs = Array.from({ length: 20 }, (_, i) =>
    withTemporary(state, async (directory) => {
      await sleep(i % 3);
      writeFileSync(path.join(directory, 'file'), '');
    }),
  );
  await Promise.all(runs);
  expect(readdirSync(state)).toEqual([]);
});

test('says so where there is no place for a folder', async () => {
  const parent = makeTempDir();
  writeFileSync(path.join(parent, 'file'), '');
  const work = withTemporary(path.join(parent, 'file', '.turso'), () => undefined);
  await expect(work).rejects.toMatchObject({ code: 'FILE_INACCESSIBLE' });
});
