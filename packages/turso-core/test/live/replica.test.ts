import { execFileSync, spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  buildDatabase,
  execOn,
  isRunning,
  makeTempDir,
  pauseProcess,
  queryOn,
  requireTool,
  startSqld,
  until,
} from '@turso-sync/testing';
import Database from 'better-sqlite3';
import { errorOf, withServer, type LiveScene, rowsOf } from './served.fixture';

const describeWithSqld = requireTool('sqld') ? describe : describe.skip;

const BUILT = path.join(__dirname, '../../dist/live/index.js');

const FILL = `CREATE TABLE t (id INTEGER PRIMARY KEY, v);
  WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 2000)
  INSERT INTO t SELECT i, 'row ' || i FROM s`;

/** Lets a replica be made, and closed. */
async function makeReplica({ server, open }: Pick<LiveScene, 'server' | 'open'>): Promise<void> {
  await execOn(server, FILL);
  const live = await open();
  expect(await rowsOf(live, 'SELECT count(*) FROM t')).toEqual([[2000n]]);
  await live.close();
}

describeWithSqld('a replica', () => {
  test('is made with its folder, for its user only, and its files are told by their names', () =>
    withServer(async ({ dir, open }) => {
      const folder = path.join(dir, 'new', 'folder');
      const live = await open({ replica: path.join(folder, 'r[1].db') });
      await live.execute('CREATE TABLE t (v)');
      fs.writeFileSync(path.join(folder, 'own.txt'), '');
      execFileSync('git', ['init', '--quiet'], { cwd: dir });
      const status = execFileSync('git', ['status', '--porcelain', '--untracked-files=all', 'new'], {
        cwd: dir,
      });
      expect(String(status)).toBe('?? new/folder/own.txt\n');
      await live.close();
      for (const made of [folder, path.dirname(folder)]) expect(fs.statSync(made).mode & 0o077).toBe(0);
      const names = fs.readdirSync(folder);
      expect(names.filter((name) => !/-(wal|shm)$/.test(name)).sort()).toEqual([
        '.gitignore',
        'own.txt',
        'r[1].db',
        'r[1].db-client_wal_index',
        'r[1].db-lock',
        'r[1].db-note',
      ]);
    }));

  test('is no folder, pipe or file of somebody else, which stay as they are, with nothing beside them', () =>
    withServer(async ({ dir, open }) => {
      const folder = path.join(dir, 'others');
      const made: Record<string, (file: string) => void> = {
        folder: (file) => fs.mkdirSync(file),
        pipe: (file) => execFileSync('mkfifo', [file]),
        'link to a pipe': (file) => fs.symlinkSync(path.join(folder, 'pipe'), file),
        text: (file) => fs.writeFileSync(file, 'text'),
        database: (file) => buildDatabase(file, 'CREATE TABLE t (v)'),
      };
      fs.mkdirSync(folder);
      for (const [name, make] of Object.entries(made)) {
        make(path.join(folder, name));
        const refused = open({ replica: path.join(folder, name) });
        expect(await errorOf(refused)).toMatchObject({ code: 'FILE_INACCESSIBLE' });
      }
      expect(fs.readdirSync(folder).sort()).toEqual(Object.keys(made).sort());
      expect(fs.statSync(path.join(folder, 'pipe')).isFIFO()).toBe(true);
    }));

  test('whose folder was removed is fetched again, unless another connection has it by then', () =>
    withServer(async ({ dir, server, open }) => {
      const folder = path.join(dir, 'live');
      const replica = path.join(folder, 'replica.db');
      const removed = await open({ replica });
      await removed.execute('CREATE TABLE t (v)');
      fs.rmSync(folder, { recursive: true });
      await removed.execute('INSERT INTO t VALUES (1)');
      expect(await rowsOf(removed, 'SELECT v FROM t')).toEqual([[1n]]);
      expect(removed.stats()).toMatchObject({ rebuilds: 1 });
      expect(fs.existsSync(path.join(folder, '.gitignore'))).toBe(true);
      expect(await errorOf(open({ replica }))).toMatchObject({ code: 'REPLICA_LOCKED' });

      fs.rmSync(folder, { recursive: true });
      const other = await open({ replica });
      expect(await errorOf(removed.sync())).toMatchObject({ code: 'REPLICA_LOCKED' });
      await removed.close();
      await execOn(server, 'INSERT INTO t VALUES (2)');
      await other.sync();
      expect(await rowsOf(other, 'SELECT v FROM t ORDER BY v')).toEqual([[1n], [2n]]);
      await other.close();
      const again = await open({ replica });
      expect(await rowsOf(again, 'SELECT count(*) FROM t')).toEqual([[2n]]);
      for (const live of [other, again]) expect(live.stats()).toMatchObject({ rebuilds: 0 });
    }));

  test('leaves a folder that is there as it is', () =>
    withServer(async ({ dir, open }) => {
      const folder = path.join(dir, 'there');
      fs.mkdirSync(folder);
      const { mode } = fs.statSync(folder);
      await open({ replica: path.join(folder, 'r.db') });
      expect(fs.existsSync(path.join(folder, '.gitignore'))).toBe(false);
      expect(fs.statSync(folder).mode).toBe(mode);
    }));

  test('that is opened again is not taken anew, also after the server was', () =>
    withServer(async (scene) => {
      await makeReplica(scene);
      await scene.server.restart();
      const notices: string[] = [];
      const live = await scene.open({
        onEvent: (event) => event.type === 'rebuild' && notices.push(event.reason),
      });
      expect(notices).toEqual([]);
      expect(live.stats()).toMatchObject({ rebuilds: 0, syncs: 1 });
      expect(await rowsOf(live, 'SELECT count(*) FROM t')).toEqual([[2000n]]);
    }));

  test('of a database with a rollback journal, with which the server was started, follows it', async () => {
    const database = path.join(makeTempDir('given-'), 'given.db');
    buildDatabase(database, 'PRAGMA journal_mode = DELETE; CREATE TABLE t (id INTEGER PRIMARY KEY, v)');
    await withServer(
      async ({ open }) => {
        const live = await open({ maxRetries: 0 });
        for (let i = 1n; i < 3n; i++) {
          await live.execute('INSERT INTO t (v) VALUES (?)', [i]);
          expect(await rowsOf(live, 'SELECT max(v) FROM t')).toEqual([[i]]);
        }
      },
      await startSqld({ database }),
    );
  });

  const damages: Record<string, (replica: string) => void> = {
    'in the middle of its file': (replica) => {
      const handle = fs.openSync(replica, 'r+');
      fs.writeSync(handle, Buffer.alloc(4096, 'damage'), 0, 4096, 4096);
      fs.closeSync(handle);
    },
    'at its end': (replica) => fs.truncateSync(replica, 4096),
    'and no database any more': (replica) => fs.writeFileSync(replica, 'no database'),
    'in what libSQL notes of it': (replica) => fs.writeFileSync(`${replica}-client_wal_index`, 'short'),
  };
  test.each(Object.entries(damages))('that is damaged %s is recreated, with a word', (_, damage) =>
    withServer(async (scene) => {
      await makeReplica(scene);
      // All of it into the file, so that the damage counts.
      const db = new Database(scene.replica);
      db.pragma('wal_checkpoint(TRUNCATE)');
      db.close();
      damage(scene.replica);
      const notices: string[] = [];
      const live = await scene.open({
        onEvent: (event) => event.type === 'rebuild' && notices.push(event.reason),
      });
      expect(await rowsOf(live, 'SELECT count(*), max(v) FROM t')).toEqual([[2000n, 'row 999']]);
      expect(notices).toEqual([expect.stringMatching(/was changed by another|has lost what libSQL/)]);
      expect(live.stats().rebuilds).toBe(1);
    }),
  );

  test('that turns out to be damaged as it is read is recreated, and read again', () =>
    withServer(async (scene) => {
      await execOn(scene.server, FILL);
      const live = await scene.open();
      const db = new Database(scene.replica);
      db.pragma('wal_checkpoint(TRUNCATE)');
      db.close();
      damages['in the middle of its file']?.(scene.replica);
      expect(await rowsOf(live, 'SELECT count(*), max(v) FROM t')).toEqual([[2000n, 'row 999']]);
      expect(live.stats().rebuilds).toBe(1);
      await live.execute("INSERT INTO t VALUES (9000, 'new')");
      expect(await rowsOf(live, 'SELECT v FROM t WHERE id = 9000')).toEqual([['new']]);
    }));

  test('of another database is recreated, with a word', () =>
    withServer(async (scene) => {
      await makeReplica(scene);
      const other = await startSqld();
      try {
        await execOn(other, "CREATE TABLE u (v); INSERT INTO u VALUES ('other')");
        const notices: string[] = [];
        const live = await scene.open({
          url: other.url,
          onEvent: (event) => event.type === 'rebuild' && notices.push(event.reason),
        });
        expect(await rowsOf(live, 'SELECT v FROM u')).toEqual([['other']]);
        expect(await errorOf(live.query('SELECT v FROM t'))).toMatchObject({ code: 'SQL_FAILED' });
        expect(notices).toEqual([expect.stringContaining('is of another database')]);
      } finally {
        await other.stop();
      }
    }));

  test('of a server that has crashed is taken anew, with a word', () =>
    withServer(async ({ server, open }) => {
      const notices: string[] = [];
      const live = await open({ onEvent: (event) => event.type === 'rebuild' && notices.push(event.reason) });
      await live.execute('CREATE TABLE t (v)');
      await server.kill();
      await server.restart();
      await live.execute('INSERT INTO t VALUES (1)');
      expect(await rowsOf(live, 'SELECT v FROM t')).toEqual([[1n]]);
      expect(notices).toEqual([expect.stringContaining('of another history')]);
    }));

  test("does not take the place of somebody else's database", () =>
    withServer(async ({ replica, open }) => {
      const db = new Database(replica);
      db.exec("CREATE TABLE mine (v); INSERT INTO mine VALUES ('precious')");
      db.close();
      const before = fs.readFileSync(replica);
      expect(await errorOf(open())).toMatchObject({
        code: 'FILE_INACCESSIBLE',
        message: expect.stringContaining('not a replica') as string,
      });
      expect(fs.readFileSync(replica)).toEqual(before);
    }));

  test('whose folder cannot be made is an error of the file', () =>
    withServer(async ({ dir, open }) => {
      fs.writeFileSync(path.join(dir, 'file'), '');
      const replica = path.join(dir, 'file', 'replica.db');
      expect(await errorOf(open({ replica }))).toMatchObject({ code: 'FILE_INACCESSIBLE' });
    }));

  test('in use is locked, by a connection of the same program as by another program', () =>
    withServer(async ({ replica, open }) => {
      const live = await open();
      expect(await errorOf(open())).toMatchObject({ code: 'REPLICA_LOCKED' });
      await live.close();
      const script = `const db = new (require(process.argv[1]))(process.argv[2]); db.exec('BEGIN EXCLUSIVE');
        console.log('locked'); process.stdin.resume()`;
      const other = spawn(
        process.execPath,
        ['-e', script, require.resolve('better-sqlite3'), `${replica}-lock`],
        {
          stdio: ['pipe', 'pipe', 'inherit'],
        },
      );
      await once(other.stdout, 'data');
      expect(await errorOf(open())).toMatchObject({ code: 'REPLICA_LOCKED' });
      other.kill('SIGKILL');
      await once(other, 'exit');
      await open();
    }));

  test('answers what its SQLite knows, and the primary what only libSQL does', () =>
    withServer(async ({ server, open }) => {
      await execOn(server, [
        'CREATE TABLE v (id INTEGER PRIMARY KEY, e F32_BLOB(2), name TEXT)',
        "INSERT INTO v VALUES (1, vector('[1,2]'), 'a'), (2, vector('[3,4]'), 'b')",
        'CREATE INDEX v_e ON v (libsql_vector_idx(e))',
      ]);
      const live = await open();
      expect(await rowsOf(live, 'SELECT name FROM v ORDER BY id')).toEqual([['a'], ['b']]);
      const nearest = "SELECT v.name FROM vector_top_k('v_e', vector('[3,4]'), 1) AS k JOIN v ON v.id = k.id";
      expect(await rowsOf(live, nearest)).toEqual([['b']]);
      await live.execute("INSERT INTO v VALUES (3, vector('[9,9]'), 'c')");
      expect(await rowsOf(live, 'SELECT name FROM v WHERE id = 3')).toEqual([['c']]);
    }));

  test('is as it was after the program was killed, at whatever moment', () =>
    withServer(async ({ server, replica, open }) => {
      await execOn(server, 'CREATE TABLE t (v)');
      for (const delay of [0, 5, 20, 45, 80, 130, 200]) {
        const program = startProgram(server, replica, FOREVER);
        await once(program.stdout, 'data');
        await sleep(delay);
        process.kill(-(program.pid ?? 0), 'SIGKILL');
        await once(program, 'exit');
      }
      const notices: string[] = [];
      const live = await open({ onEvent: (event) => event.type === 'rebuild' && notices.push(event.reason) });
      expect(notices).toEqual([]);
      const count = await queryOn(server, 'SELECT count(*) FROM t');
      expect(await rowsOf(live, 'SELECT count(*) FROM t')).toEqual(count);
      // Each was whole.
      expect(Number(count[0]?.[0]) % 300).toBe(0);
      expect(Number(count[0]?.[0])).toBeGreaterThanOrEqual(7 * 300);
      expect(await rowsOf(live, 'PRAGMA quick_check')).toEqual([['ok']]);
    }));

  test('closes soon though a sync in the background gets no answer, and goes on where it was', () =>
    withServer(async ({ server, open }) => {
      const live = await open({ autoSync: 20 });
      await live.execute('CREATE TABLE t (v)');
      const goOn = await pauseProcess(server.pid);
      try {
        await sleep(200);
        const begun = performance.now();
        await live.close();
        // A call may take 30 s.
        expect(performance.now() - begun).toBeLessThan(15_000);
      } finally {
        goOn();
      }
      const rebuilds: unknown[] = [];
      const again = await open({ onEvent: (event) => event.type === 'rebuild' && rebuilds.push(event) });
      await again.execute('INSERT INTO t VALUES (1)');
      expect(await rowsOf(again, 'SELECT v FROM t')).toEqual([[1n]]);
      expect(rebuilds).toEqual([]);
    }));

  test('leaves no process behind when the program dies while its server says nothing', () =>
    withServer(async ({ server, replica }) => {
      await execOn(server, 'CREATE TABLE t (v)');
      const program = startProgram(server, replica, "console.log('open'); for (;;) await live.sync()");
      await once(program.stdout, 'data');
      const goOn = await pauseProcess(server.pid);
      try {
        await sleep(200);
        program.kill('SIGKILL');
        await once(program, 'exit');
        await untilGone(program);
      } finally {
        goOn();
      }
    }));

  test('opens without the client of libSQL; that it fails to load is an error once there is something to sync', () =>
    withServer(async ({ server, replica }) => {
      const script = `const open = () =>
          require(process.argv[1]).openLive({ url: process.argv[2], replica: process.argv[3], autoSync: false });
        open()
        .then((live) => live.close())
        .then(open)
        .then(async (live) => {
          console.log('opened');
          await live.execute('CREATE TABLE t (v)');
          await live.sync();
        })
        .catch((error) => console.log(error.code, error.message))`;
      // The native part of another platform, say.
      const env = { ...process.env, LIBSQL_JS_DEV: '1' };
      const output = execFileSync(process.execPath, ['-e', script, BUILT, server.url, replica], {
        timeout: 20_000,
        env,
      });
      expect(output.toString()).toMatch(/^opened\nSYNC_FAILED .*its process has ended: TypeError: /);
    }));

  test("is not synced in the program's own process, which never loads the client of libSQL", () =>
    withServer(async ({ server, replica }) => {
      const script = `require(process.argv[1]).openLive({ url: process.argv[2], replica: process.argv[3] }).then((live) => {
        process.stdout.write(\`loaded: \${Object.keys(require.cache).filter((file) => /node_modules.(libsql|@libsql.client)/.test(file))}\`);
        return live.close();
      })`;
      const output = execFileSync(process.execPath, ['-e', script, BUILT, server.url, replica], {
        timeout: 20_000,
      });
      expect(output.toString()).toBe('loaded: ');
    }));

  test.each(['', 'live.close()'])('leaves no process behind when the program ends: %p', (end) =>
    withServer(async ({ server, replica }) => {
      const program = startProgram(
        server,
        replica,
        `await live.query('SELECT 1'); console.log('done'); ${end}`,
      );
      await once(program.stdout, 'data');
      const [code] = (await once(program, 'exit')) as [number];
      expect(code).toBe(0);
      await untilGone(program);
    }),
  );
});

/** Inserts, and lets the first insert be known. */
const FOREVER = `for (;;) {
  await live.insertRows('t', ['v'], Array.from({ length: 300 }, (_, i) => ['row ' + i]));
  console.log('inserted');
}`;

/** Starts a program that does something with a live connection. It is in a process group of its own, with those that it starts. */
function startProgram(
  server: { readonly url: string },
  replica: string,
  work: string,
): ChildProcessByStdio<null, Readable, null> {
  const script = `require(process.argv[1]).openLive({ url: process.argv[2], replica: process.argv[3] })
    .then(async (live) => { ${work} })`;
  return spawn(process.execPath, ['-e', script, BUILT, server.url, replica], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** Waits until nothing is left of a program's process group. */
async function untilGone({ pid = 0 }: { readonly pid?: number | undefined }): Promise<void> {
  try {
    // A busy system takes its time to forget a process that has ended.
    await until(() => !isRunning(-pid));
  } finally {
    if (isRunning(-pid)) process.kill(-pid, 'SIGKILL');
  }
}
