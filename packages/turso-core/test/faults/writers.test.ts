import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  buildDatabase,
  compareDatabases,
  downloadDatabase,
  execOn,
  makeTempDir,
  queryOn,
  requireTool,
  startSqld,
  type Sqld,
} from '@turso-sync/testing';
import { leftovers, makeProject, type TestProject } from '../fixtures/cli.fixture';

const describeWithSqld = requireTool('sqld') ? describe : describe.skip;

/** Pushes of each folder; a longer run makes more. */
const ROUNDS = Math.ceil(Number(process.env['TURSO_SYNC_FAULTS'] ?? 12) / 6);

// All write into the same tables, side by side in the same pages, and into different columns of one row.
const SCHEMA = `
  CREATE TABLE counters(id INTEGER PRIMARY KEY, n INTEGER);
  INSERT INTO counters VALUES (0, 0), (1, 0), (2, 0), (3, 0), (4, 0), (5, 0), (6, 0), (7, 0), (8, 0);
  CREATE TABLE board(id INTEGER PRIMARY KEY, c0 INT, c1 INT, c2 INT, c3 INT, c4 INT, c5 INT, c6 INT, c7 INT, c8 INT);
  INSERT INTO board VALUES (1, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  CREATE TABLE items(name TEXT PRIMARY KEY, n);
  CREATE TABLE log(line)`;

/** Which counters the plain client has: behind those of the folders. */
const PLAIN = 8;

function write(who: number, n: number): string {
  return `UPDATE counters SET n = n + 1 WHERE id = ${who}; UPDATE board SET c${who} = c${who} + 1;
    INSERT INTO items VALUES ('${who}/${n}', ${n}); INSERT INTO log VALUES ('${who}/${n}')`;
}

describeWithSqld.each([2, 8])('%d folders that push, and a plain client', (count) => {
  let server: Sqld;
  let folders: TestProject[];

  beforeAll(async () => {
    const database = path.join(makeTempDir(), 'base.db');
    buildDatabase(database, SCHEMA);
    server = await startSqld({ database });
    folders = Array.from({ length: count }, () => makeProject(server));
    for (const folder of folders) await succeed(folder, 'dump-init');
  });
  afterAll(() => server.stop());

  test('lose no change, keep nobody waiting for ever, and end up equal', async () => {
    const plain = startPlainClient();
    await Promise.all(folders.map(pushAll));
    const written = await plain.stop();

    const sums = Array.from({ length: PLAIN + 1 }, (_, who) =>
      who < count ? ROUNDS : who < PLAIN ? 0 : written,
    );
    const big = sums.map(BigInt);
    expect((await queryOn(server, 'SELECT n FROM counters ORDER BY id')).flat()).toEqual(big);
    expect(await queryOn(server, 'SELECT * FROM board')).toEqual([[1n, ...big]]);
    const names = sums.flatMap((sum, who) => Array.from({ length: sum }, (_, n) => `${who}/${n}`)).sort();
    expect((await queryOn(server, 'SELECT name FROM items ORDER BY name')).flat()).toEqual(names);
    expect((await queryOn(server, 'SELECT line FROM log ORDER BY line')).flat()).toEqual(names);

    const remote = path.join(makeTempDir(), 'remote.db');
    await downloadDatabase(server, remote);
    for (const folder of folders) {
      await succeed(folder, 'pull');
      expect(compareDatabases(remote, folder.file('working_copy.db'))).toEqual([]);
    }
  });

  async function pushAll(folder: TestProject, who: number): Promise<void> {
    for (let n = 0; n < ROUNDS; n++) {
      folder.edit(write(who, n));
      await succeed(folder, 'dump-push', '--merge=cells');
      if ((n + who) % 2 === 0) await succeed(folder, 'pull', '--merge=cells');
    }
  }

  /** Writes without a break, one transaction after the other. */
  function startPlainClient(): { stop(): Promise<number> } {
    const state = { isOver: false };
    const writing = (async () => {
      let n = 0;
      while (!state.isOver) {
        await execOn(server, ['BEGIN IMMEDIATE', write(PLAIN, n++), 'COMMIT']);
        await sleep(1);
      }
      return n;
    })();
    return {
      stop() {
        state.isOver = true;
        return writing;
      },
    };
  }
});

async function succeed(folder: TestProject, ...args: string[]): Promise<void> {
  const run = await folder.run(...args);
  if (run.exit !== 0) throw new Error(`${args.join(' ')}: ${JSON.stringify(run)}`);
  expect(leftovers(folder)).toEqual([]);
}
