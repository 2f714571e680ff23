import { startSqld, type Sqld } from './sqld';
import { execOn, queryOn } from './statements';
import { requireTool } from './tools';

const describeWithSqld = requireTool('sqld') ? describe : describe.skip;

describeWithSqld('statements on a server', () => {
  let sqld: Sqld;
  beforeAll(async () => {
    sqld = await startSqld();
  });
  afterAll(() => sqld.stop());

  test('every kind of value comes back exactly', async () => {
    const sql = "SELECT 9223372036854775807, 1.0, -0.0, 5e-324, 'a' || char(0) || 'é', x'00ff', NULL";
    expect(await queryOn(sqld, sql)).toEqual([
      [9223372036854775807n, 1, -0, 5e-324, 'a\0é', Buffer.from([0, 255]), null],
    ]);
  });

  test('an infinite value is an error', async () => {
    await expect(queryOn(sqld, 'SELECT 9e999')).rejects.toThrow('infinite');
  });

  test('what comes after a failure is not run, and an open transaction is rolled back', async () => {
    await execOn(sqld, 'CREATE TABLE t(v UNIQUE)');
    const texts = ['BEGIN', 'INSERT INTO t VALUES(1)', 'INSERT INTO t VALUES(1)', 'COMMIT'];
    await expect(execOn(sqld, texts)).rejects.toThrow('UNIQUE constraint failed: t.v');
    expect(await queryOn(sqld, 'SELECT * FROM t')).toEqual([]);
  });

  test('a refused statement tells its code', async () => {
    await expect(execOn(sqld, 'VACUUM')).rejects.toThrow('SQL_PARSE_ERROR');
  });
});
