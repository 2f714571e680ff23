import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildDatabase } from './build-database';
import { loadCases } from './cases';
import { compareDatabases } from './compare-databases';
import { downloadDatabase } from './download-database';
import { startSqld } from './sqld';
import { execOn } from './statements';
import { makeTempDir } from './temp-dir';
import { requireTool } from './tools';

const describeWithSqld = requireTool('sqld') ? describe : describe.skip;
const dir = makeTempDir();
const database = join(dir, 'served.db');
const download = join(dir, 'download.db');

describeWithSqld('downloadDatabase', () => {
  const cases = loadCases('push').filter(({ name }) => /^(21|22|25|44|60|76)-/.test(name));
  test.each(cases)('gets the very database that is served: $name', async ({ base }) => {
    buildDatabase(database, base);
    const sqld = await startSqld({ database });
    await downloadDatabase(sqld, download);
    expect(compareDatabases(database, download, { ignoreApplicationId: false })).toEqual([]);
    expect(existsSync(`${download}-wal`)).toBe(false);
    await sqld.stop();
  });

  test('gets more pages than fit into one answer, and what was written last, with a read-only token', async () => {
    const big = 'CREATE TABLE t(v); INSERT INTO t SELECT zeroblob(9e6); CREATE TABLE u(v)';
    buildDatabase(database, big);
    const sqld = await startSqld({ database, auth: true });
    await execOn(sqld, 'INSERT INTO u VALUES(1)');
    writeFileSync(download, 'replaced');
    await downloadDatabase(sqld, download, sqld.readOnlyToken);
    expect(compareDatabases(database, download)).toEqual(['u: only in b: rowid 1, v=integer 1']);
    await sqld.stop();
  });
});
