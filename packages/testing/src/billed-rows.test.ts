import { readBilledRows, whileCounting } from './billed-rows';
import { startSqld } from './sqld';
import { execOn } from './statements';
import { requireTool } from './tools';

(requireTool('sqld') ? test : test.skip)('tells what a server has counted meanwhile', async () => {
  const sqld = await startSqld({ counts: true });
  await execOn(sqld, ['CREATE TABLE t(id INTEGER PRIMARY KEY)', 'INSERT INTO t VALUES (1), (2), (3)']);
  const { billed } = await whileCounting(sqld, () => execOn(sqld, 'UPDATE t SET id = id + 10'));
  expect(billed.rowsRead).toBeGreaterThanOrEqual(3);
  expect(billed.rowsWritten).toBe(3);
  await sqld.stop();
});

(requireTool('sqld') ? test : test.skip)('says so if a server was not asked to count', async () => {
  const sqld = await startSqld();
  await expect(readBilledRows(sqld)).rejects.toThrow('was not started with `counts: true`');
  await sqld.stop();
});
