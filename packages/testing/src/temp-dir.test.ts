import { existsSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { makeTempDir, removeTempDir } from './temp-dir';

test('a folder of its own each time, until it is removed', () => {
  const one = makeTempDir('mine-');
  const two = makeTempDir('mine-');
  expect(one).not.toBe(two);
  expect(basename(one)).toMatch(/^mine-/);
  writeFileSync(join(one, 'file'), '');
  removeTempDir(one);
  removeTempDir(one);
  expect([existsSync(one), existsSync(two)]).toEqual([false, true]);
});
