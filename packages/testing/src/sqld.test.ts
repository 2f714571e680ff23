import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { transformFileSync } from '@swc/core';
import { buildDatabase } from './build-database';
import { freePort } from './free-port';
import { isRunning } from './is-running';
import { startSqld } from './sqld';
import { execOn, queryOn } from './statements';
import { makeTempDir } from './temp-dir';
import { requireTool } from './tools';

const describeWithSqld = requireTool('sqld') ? describe : describe.skip;

describeWithSqld('startSqld', () => {
  test('serves an empty database, and leaves neither process nor folder behind', async () => {
    const sqld = await startSqld();
    expect(await queryOn(sqld, 'SELECT count(*) FROM sqlite_schema')).toEqual([[0n]]);
    expect(sqld.url).toBe(`http://127.0.0.1:${sqld.port}`);
    expect(existsSync(join(sqld.dir, 'dbs', 'default', 'data'))).toBe(true);
    const { pid } = sqld;
    await sqld.stop();
    await sqld.stop();
    expect(isRunning(pid)).toBe(false);
    expect(existsSync(sqld.dir)).toBe(false);
  });

  test('serves a given file', async () => {
    const database = join(makeTempDir(), 'base.db');
    buildDatabase(database, 'CREATE TABLE t(v); INSERT INTO t(rowid, v) VALUES(7, 9007199254740993)');
    const sqld = await startSqld({ database });
    expect(await queryOn(sqld, 'SELECT rowid, v FROM t')).toEqual([[7n, 9007199254740993n]]);
    await sqld.stop();
  });

  test.each(['restart', 'kill'] as const)('keeps what was written through a %s', async (how) => {
    const sqld = await startSqld();
    const { pid, url } = sqld;
    await execOn(sqld, 'CREATE TABLE t(v); INSERT INTO t VALUES(1)');
    if (how === 'kill') {
      await sqld.kill();
      await expect(queryOn(sqld, 'SELECT 1')).rejects.toThrow('ECONNREFUSED');
    }
    await sqld.restart();
    expect(sqld.url).toBe(url);
    expect(sqld.pid).not.toBe(pid);
    expect(isRunning(pid)).toBe(false);
    expect(await queryOn(sqld, 'SELECT v FROM t')).toEqual([[1n]]);
    await sqld.stop();
  });

  test('keeps a folder of the caller, and takes it up again', async () => {
    const dir = join(makeTempDir(), 'server');
    const first = await startSqld({ dir });
    await execOn(first, 'CREATE TABLE t(v)');
    await first.stop();
    const second = await startSqld({ dir });
    expect(await queryOn(second, 'SELECT count(*) FROM t')).toEqual([[0n]]);
    await second.stop();
  });

  test('fails with the log when the port is taken', async () => {
    const port = await freePort();
    const other = createServer().listen(port, '127.0.0.1');
    await once(other, 'listening');
    await expect(startSqld({ port })).rejects.toThrow(/^sqld ended:[^]*Address already in use/);
    other.close();
  });

  test('refuses a file with pages that the server would die of', async () => {
    const database = join(makeTempDir(), 'base.db');
    buildDatabase(database, 'PRAGMA page_size=8192; CREATE TABLE t(v)');
    await expect(startSqld({ database })).rejects.toThrow('has 8192-byte pages; sqld serves 4096 only');
  });

  test('several start at once', async () => {
    const all = await Promise.all([startSqld(), startSqld(), startSqld()]);
    expect(new Set(all.map(({ port }) => port)).size).toBe(3);
    await Promise.all(all.map((sqld) => sqld.stop()));
  });

  test('does not outlive a process that is killed', async () => {
    const compiled = makeTempDir();
    for (const file of readdirSync(__dirname).filter((name) => /(?<!\.test)\.ts$/.test(name))) {
      const { code } = transformFileSync(join(__dirname, file), { module: { type: 'commonjs' } });
      writeFileSync(join(compiled, `${basename(file, '.ts')}.js`), code);
    }
    const script = `require('./sqld').startSqld().then(({ url, dir }) => {
      process.stdout.write(JSON.stringify({ url, dir }));
      setInterval(() => {}, 1000);
    })`;
    const env = { ...process.env, NODE_PATH: join(__dirname, '..', '..', '..', 'node_modules') };
    const parent = spawn(process.execPath, ['-e', script], {
      cwd: compiled,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [answer] = (await once(parent.stdout, 'data')) as [Buffer];
    const { url, dir } = JSON.parse(answer.toString()) as { url: string; dir: string };
    expect(await queryOn({ url }, 'SELECT 1')).toEqual([[1n]]);
    parent.kill('SIGKILL');
    for (let waited = 0; existsSync(dir) && waited < 5000; waited += 50) await sleep(50);
    expect(existsSync(dir)).toBe(false);
    await expect(queryOn({ url }, 'SELECT 1')).rejects.toThrow('ECONNREFUSED');
  });
});
