import { readFileSync } from 'node:fs';
import path from 'node:path';
import {
  buildDatabase,
  editDatabase,
  execOn,
  makeTempDir,
  queryOn,
  startSqld,
  type Sqld,
} from '@turso-sync/testing';
import { makeProject, type Run, type TestProject } from '../fixtures/cli.fixture';

const BASE = `
  CREATE TABLE t(id INTEGER PRIMARY KEY, a, u UNIQUE, CHECK(a <> 'bad'));
  CREATE TABLE c(id INTEGER PRIMARY KEY, t REFERENCES t(id));
  INSERT INTO t VALUES(1, 'a', 'x'), (2, 'b', 'y'), (3, 'c', 'z'); INSERT INTO c VALUES(1, 1)`;

interface Case {
  readonly what: string;
  readonly edit: string;
  /** What others do meanwhile. */
  readonly remote?: string;
  readonly args?: readonly string[];
  readonly exit: number;
  /** The same for a file, where that differs. */
  readonly exitOfFile?: number;
  readonly stdout?: RegExp;
}

const CASES: readonly Case[] = [
  { what: 'goes through', edit: `UPDATE t SET a = 'ours' WHERE id = 1`, exit: 0, stdout: /would go through/ },
  {
    what: 'changes definitions',
    edit: `ALTER TABLE t ADD COLUMN more; CREATE INDEX i ON t(a); CREATE VIEW v AS SELECT * FROM t`,
    exit: 0,
  },
  {
    what: 'meets changes of others elsewhere',
    edit: `UPDATE t SET a = 'ours' WHERE id = 1`,
    remote: `UPDATE t SET a = 'theirs' WHERE id = 2; UPDATE t SET a = 'theirs' WHERE id = 3`,
    exit: 0,
  },
  {
    what: 'meets the same change',
    edit: `UPDATE t SET a = 'same' WHERE id = 1`,
    remote: `UPDATE t SET a = 'same' WHERE id = 1`,
    exit: 0,
    stdout: /had 1 row like this already/,
  },
  {
    what: 'is in conflict',
    edit: `UPDATE t SET a = 'ours' WHERE id = 1`,
    remote: `UPDATE t SET a = 'theirs' WHERE id = 1`,
    exit: 3,
    stdout: /1 conflict .*\n {2}t id=1 \[update\/update\]/,
  },
  {
    what: 'wins a conflict',
    edit: `UPDATE t SET a = 'ours' WHERE id = 1`,
    remote: `UPDATE t SET a = 'theirs' WHERE id = 1`,
    args: ['--on-conflict=ours'],
    exit: 0,
    stdout: /Yours was written/,
  },
  {
    what: 'wants a value that has to be unique',
    edit: `INSERT INTO t VALUES(8, 'ours', 'new')`,
    remote: `INSERT INTO t VALUES(9, 'theirs', 'new')`,
    exit: 3,
    stdout: /\[unique\]/,
  },
  {
    what: 'takes a parent away',
    edit: 'DELETE FROM t WHERE id = 3',
    remote: 'INSERT INTO c VALUES(2, 3)',
    exit: 3,
    stdout: /\[foreign key\]/,
  },
  {
    what: 'meets another definition',
    edit: `UPDATE t SET a = 'ours' WHERE id = 1`,
    remote: 'ALTER TABLE t ADD COLUMN theirs',
    exit: 3,
    stdout: /\[schema\]/,
  },
  {
    what: 'holds a row larger than servers take',
    edit: `UPDATE t SET a = zeroblob(5000001) WHERE id = 1`,
    exit: 1,
    exitOfFile: 0,
  },
];

/** A remote that starts with {@link BASE}, as somebody else sees it. */
interface Remote {
  readonly url: string;
  exec(sql: string): Promise<void>;
  /** Whatever changes with a write. */
  state(): Promise<unknown>;
  stop(): Promise<void>;
}

async function serveSqld(): Promise<Remote> {
  const base = path.join(makeTempDir('dry-'), 'base.db');
  buildDatabase(base, BASE);
  const sqld: Sqld = await startSqld({ database: base });
  const state = async (): Promise<unknown> => {
    const answer = await fetch(`${sqld.url}/v2/pipeline`, {
      method: 'POST',
      body: JSON.stringify({ requests: [{ type: 'execute', stmt: { sql: 'SELECT 1' } }] }),
    });
    const index = /"replication_index":"(\d+)"/.exec(await answer.text())?.[1];
    return { index, schema: await queryOn(sqld, 'SELECT name FROM sqlite_schema') };
  };
  return { url: sqld.url, exec: (sql) => execOn(sqld, sql), state, stop: () => sqld.stop() };
}

function serveFile(): Promise<Remote> {
  const file = path.join(makeTempDir('dry-'), 'remote.db');
  buildDatabase(file, BASE);
  return Promise.resolve({
    url: `file:${file}`,
    async exec(sql) {
      editDatabase(file, sql);
    },
    state: () => Promise.resolve(readFileSync(file).toString('base64')),
    stop: () => Promise.resolve(),
  });
}

/** What a dry run may write: reports for people. */
const REPORTS = ['diff.sql', 'changes.json', 'conflicts.json'];

function withoutReports(project: TestProject): Record<string, string> {
  const digests = Object.entries(project.digests());
  return Object.fromEntries(digests.filter(([file]) => !REPORTS.includes(path.basename(file))));
}

describe.each([
  ['a server', serveSqld],
  ['a file', serveFile],
])('a dry run of a push to %s', (_, serve) => {
  let remote: Remote;
  let project: TestProject;

  beforeEach(async () => {
    remote = await serve();
    project = makeProject(remote);
    expect((await project.run('dump-init')).exit).toBe(0);
  });

  afterEach(() => remote.stop());

  const dryRun = async (args: readonly string[] = []): Promise<Run> => {
    const before = [withoutReports(project), await remote.state()];
    const run = await project.run('dump-push', '--dry-run', ...args);
    expect([withoutReports(project), await remote.state()]).toEqual(before);
    return run;
  };

  test.each(CASES)('that $what ends as the push does', async ({ edit, args = [], stdout, ...story }) => {
    const isFile = remote.url.startsWith('file:');
    const exit = (isFile ? story.exitOfFile : undefined) ?? story.exit;
    project.edit(edit);
    if (story.remote !== undefined) await remote.exec(story.remote);
    const dry = await dryRun(args);
    expect(dry).toMatchObject({ exit });
    if (stdout !== undefined) expect(dry.stdout).toMatch(stdout);
    expect(await project.run('dump-push', ...args)).toMatchObject({ exit });
  });

  test('says in JSON what the push would say', async () => {
    project.edit(`UPDATE t SET a = 'ours'`);
    await remote.exec(`UPDATE t SET a = 'theirs' WHERE id = 1`);
    const answer = await project.json('dump-push', '--dry-run');
    expect(answer).toMatchObject({
      result: { outcome: 'conflict', conflicts: [{ kind: 'update/update', key: { id: 1 } }] },
    });
    expect(await project.json('dump-push', '--dry-run', '--on-conflict=theirs')).toMatchObject({
      result: { outcome: 'dry-run', kept: 1, changes: { total: { update: 3 } } },
    });
  });
});

test('a dry run to a server that is down fails as the push does', async () => {
  const remote = await serveSqld();
  const project = makeProject(remote);
  await project.run('dump-init');
  project.edit(`UPDATE t SET a = 'ours'`);
  await remote.stop();
  const runs = [await project.json('dump-push', '--dry-run'), await project.json('dump-push')];
  expect(runs).toMatchObject([
    { ok: false, error: { code: 'REMOTE_UNREACHABLE' } },
    { ok: false, error: { code: 'REMOTE_UNREACHABLE' } },
  ]);
});

test('a dry run of more than is uploaded at once leaves no table behind', async () => {
  const remote = await serveSqld();
  try {
    const project = makeProject(remote);
    await project.run('dump-init');
    project.edit(`CREATE TABLE large(id INTEGER PRIMARY KEY, v TEXT);
      WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i LIMIT 40000)
      INSERT INTO large SELECT n, hex(zeroblob(500)) FROM i`);
    const before = await remote.state();
    expect(await project.run('dump-push', '--dry-run')).toMatchObject({ exit: 0 });
    expect(await remote.state()).toEqual(before);
    expect(await project.run('dump-push')).toMatchObject({ exit: 0 });
  } finally {
    await remote.stop();
  }
});
