import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import {
  buildDatabase,
  compareDatabases,
  downloadDatabase,
  execOn,
  makeTempDir,
  queryOn,
  requireTool,
  startProxy,
  startSqld,
  until,
  type Sqld,
} from '@turso-sync/testing';
import Database from 'better-sqlite3';
import { whenUnlocked } from '../../src/sqlite/files/begin';
import { leftovers, makeProject, type TestProject } from '../fixtures/cli.fixture';

const describeWithSqld = requireTool('sqld') ? describe : describe.skip;

// Writes a pair of rows in each transaction, so that half of one would be seen, until it is told to stop.
const APP = `const db = new (require(process.argv[1]))(process.argv[2], { timeout: 10000 });
  db.pragma('journal_mode = ' + process.argv[3]);
  // A slow disk would leave hardly any gap; that has a test of its own.
  db.pragma('synchronous = OFF');
  const write = db.transaction((n) => {
    db.prepare('INSERT INTO a(v) VALUES (?)').run(n);
    db.prepare('INSERT INTO b(v) VALUES (?)').run(n);
    db.prepare('UPDATE counter SET n = n + 1').run();
  });
  let n = 0, isDone = false;
  process.stdin.on('data', () => { isDone = true; });
  console.log('ready');
  (function again() {
    for (let i = 0; i < 5; i++) write(n++);
    if (isDone) { db.close(); process.exit(); }
    setTimeout(again, 1);
  })();`;

describeWithSqld('while the app goes on', () => {
  const dir = makeTempDir();
  let server: Sqld;
  let project: TestProject;
  let app: ChildProcess | undefined;

  beforeEach(async () => {
    const database = path.join(dir, 'base.db');
    buildDatabase(
      database,
      `CREATE TABLE a(id INTEGER PRIMARY KEY, v); CREATE TABLE b(id INTEGER PRIMARY KEY, v);
       CREATE TABLE counter(id INTEGER PRIMARY KEY, n); INSERT INTO counter VALUES (1, 0);
       WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 300)
       INSERT INTO a SELECT -i, zeroblob(3000) FROM s`,
    );
    server = await startSqld({ database });
    project = makeProject(server);
    expect((await project.run('dump-init')).exit).toBe(0);
  });
  afterEach(async () => {
    app?.kill('SIGKILL');
    expect(leftovers(project)).toEqual([]);
    await server.stop();
  });

  async function startApp(mode: string): Promise<() => Promise<void>> {
    const args = ['-e', APP, require.resolve('better-sqlite3'), project.file('working_copy.db'), mode];
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    app = child;
    await once(child.stdout, 'data');
    return async () => {
      child.stdin.write('stop');
      const [code] = (await once(child, 'exit')) as [number | null];
      expect(code).toBe(0);
    };
  }

  async function readBetweenWrites(sql: string): Promise<number[]> {
    const db = new Database(project.file('working_copy.db'), { readonly: true });
    try {
      return await whenUnlocked(db, () => db.prepare<[], number[]>(sql).raw().get() ?? []);
    } finally {
      db.close();
    }
  }

  async function differences(): Promise<string[]> {
    const remote = path.join(dir, 'remote.db');
    await downloadDatabase(server, remote);
    return compareDatabases(remote, project.file('working_copy.db'));
  }

  test.each(['WAL', 'DELETE'])('writing, pushes take whole transactions and lose none (%s)', async (mode) => {
    const stop = await startApp(mode);
    for (let i = 0; i < 3; i++) {
      expect(await project.run('dump-push')).toMatchObject({ exit: 0 });
      const [[a, b, n]] = (await queryOn(
        server,
        'SELECT (SELECT count(*) - 300 FROM a), (SELECT count(*) FROM b), (SELECT n FROM counter)',
      )) as [[bigint, bigint, bigint]];
      expect([b, n]).toEqual([a, a]);
    }
    expect((await project.run('diff')).exit).toBe(0);
    // It has edits that were not pushed, whatever happens between looking and writing.
    expect((await project.run('dump-init')).exit).toBe(1);
    await stop();
    expect((await project.run('dump-push')).exit).toBe(0);
    expect(await differences()).toEqual([]);
  });

  test.each(['WAL', 'DELETE'])(
    'holding its database open, it sees what dump-init brings (%s)',
    async (mode) => {
      const open = new Database(project.file('working_copy.db'));
      open.pragma(`journal_mode = ${mode}`);
      const count = open.prepare('SELECT count(*) FROM b').pluck();
      expect(count.get()).toBe(0);
      await execOn(server, 'INSERT INTO b(v) VALUES (7)');
      expect((await project.run('dump-init')).stdout).toContain('brought up to date');
      expect(count.get()).toBe(1);
      // What is in its write-ahead log alone is pushed as well.
      open.exec('INSERT INTO b(v) VALUES (8)');
      expect((await project.run('dump-push')).exit).toBe(0);
      expect(await queryOn(server, 'SELECT v FROM b')).toEqual([[7n], [8n]]);
      expect(count.get()).toBe(2);
      open.close();
      expect(await differences()).toEqual([]);
    },
  );

  test.each(['WAL', 'DELETE'])('writing, it loses nothing to a pull, nor a pull to it (%s)', async (mode) => {
    const stop = await startApp(mode);
    for (let i = 1; i <= 3; i++) {
      await execOn(
        server,
        `INSERT INTO a VALUES (${-1000 - i}, 'theirs'); UPDATE a SET v = ${i} WHERE id = -1`,
      );
      const run = await project.run('pull', '--quiet');
      expect(run).toEqual({ exit: 0, stdout: '', stderr: '' });
      const [theirs, value, a, b, n] = await readBetweenWrites(
        `SELECT (SELECT count(*) FROM a WHERE v = 'theirs'), (SELECT v FROM a WHERE id = -1),
           (SELECT count(*) FROM a WHERE id >= 0), (SELECT count(*) FROM b), (SELECT n FROM counter)`,
      );
      expect([theirs, value, b, n]).toEqual([i, i, a, a]);
    }
    await stop();
    expect((await project.run('dump-push')).exit).toBe(0);
    expect(await differences()).toEqual([]);
  });

  test('reading for longer than we wait, its database is not brought up to date, and nothing is', async () => {
    const open = new Database(project.file('working_copy.db'));
    open.exec('BEGIN; SELECT * FROM a');
    await execOn(server, 'INSERT INTO b(v) VALUES (7)');
    const run = await project.run('dump-init', '--quiet');
    expect(run).toMatchObject({ exit: 1, stdout: '' });
    expect(run.stderr).toMatch(/^WORKING_COPY_LOCKED: /);
    expect(await project.run('dump-init', '--force', '--quiet')).toMatchObject({ exit: 1 });
    expect(Object.keys(project.digests()).filter((name) => name.includes('backup'))).toEqual([]);
    open.exec('COMMIT');
    // Had the base been moved on, the next push would have taken back what others did.
    expect((await project.run('dump-push')).stdout).toBe('Nothing to push.\n');
    expect((await project.run('dump-init')).stdout).toContain('brought up to date');
    expect(open.prepare('SELECT v FROM b').pluck().all()).toEqual([7]);
    open.close();
  });

  test('writing while the snapshot is being taken, its edit is not overwritten', async () => {
    await execOn(server, 'INSERT INTO b(v) VALUES (7)');
    const proxy = await startProxy(server.port, { delayMs: 150 });
    const init = project.start(['init', '--accept-remote', '--quiet'], {
      env: { TURSO_DATABASE_URL: proxy.url },
    });
    await until(() => proxy.requestsSeen >= 3);
    project.edit("INSERT INTO b(v) VALUES ('mine')");
    const run = await init.ended;
    expect(run).toMatchObject({ exit: 1, stdout: '' });
    expect(run.stderr).toMatch(/^WORKING_COPY_HAS_CHANGES: .*1 inserted/);
    expect(project.query('SELECT v FROM b')).toEqual([['mine']]);
    await proxy.stop();
  });

  test('making the working copy itself while the snapshot is being taken, it keeps it', async () => {
    const fresh = makeProject(server);
    const proxy = await startProxy(server.port, { delayMs: 150 });
    const init = fresh.start(['dump-init', '--quiet'], { env: { TURSO_DATABASE_URL: proxy.url } });
    await until(() => proxy.requestsSeen >= 3);
    buildDatabase(fresh.file('working_copy.db'), 'CREATE TABLE own(v)');
    const run = await init.ended;
    expect(run).toMatchObject({ exit: 1, stdout: '' });
    expect(run.stderr).toMatch(/^WORKING_COPY_HAS_CHANGES: /);
    expect(fresh.query('SELECT name FROM sqlite_schema')).toEqual([['own']]);
    await proxy.stop();
  });
});
