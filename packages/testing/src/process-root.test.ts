import { existsSync, statfsSync } from 'node:fs';
import { keepTempDirsInMemory } from './process-root';
import { makeTempDir } from './temp-dir';

test('folders are in memory if there is room, which is chosen before the first', () => {
  keepTempDirsInMemory();
  const dir = makeTempDir();
  const memory = existsSync('/dev/shm') ? statfsSync('/dev/shm') : { bavail: 0, bsize: 0 };
  expect([existsSync(dir), dir.startsWith('/dev/shm/')]).toEqual([true, memory.bavail * memory.bsize >= 1e9]);
  expect(keepTempDirsInMemory).toThrow('already');
});
