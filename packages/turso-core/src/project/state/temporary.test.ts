import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeTempDir } from '@turso-sync/testing';
import { withTemporary } from './temporary';

let state: string;
beforeEach(() => {
  state = path.join(makeTempDir(), 'deep', '.turso');
});

/** The id of a process that is no more. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid ?? 0;
}

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
  const dead = `tmp-${await deadPid()}-abc`;
  // In a container, the run that was killed had our id.
  const own = `tmp-${process.pid}-abc`;
  const alive = 'tmp-1-abc';
  const others = ['base', 'tmp-x', 'tmpfile'];
  for (const name of [dead, own, alive, ...others])
    mkdirSync(path.join(state, name, 'inner'), { recursive: true });
  await withTemporary(state, () => undefined);
  expect(readdirSync(state).sort()).toEqual([alive, ...others].sort());
});

test('says so where there is no place for a folder', async () => {
  const parent = makeTempDir();
  writeFileSync(path.join(parent, 'file'), '');
  const work = withTemporary(path.join(parent, 'file', '.turso'), () => undefined);
  await expect(work).rejects.toMatchObject({ code: 'FILE_INACCESSIBLE' });
});
