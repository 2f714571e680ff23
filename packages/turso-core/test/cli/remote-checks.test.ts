import path from 'node:path';
import {
  buildDatabase,
  editDatabase,
  execOn,
  makeTempDir,
  queryOn,
  requireTool,
  startSqld,
} from '@turso-sync/testing';
import { openReadOnly, using } from '../../src/sqlite/files/open';
import { leftovers, makeProject, type TestProject } from '../fixtures/cli.fixture';

const BASE = `CREATE TABLE people(id INTEGER PRIMARY KEY, mail); INSERT INTO people VALUES (1, 'a@x'), (2, 'b@x');
  CREATE TABLE visits(person); INSERT INTO visits VALUES (1), (2)`;

/** Checks that the working copy passes, and not what the remote becomes once others have written. */
const CHECKS = {
  'checks/mails.sql': "SELECT id, mail FROM people WHERE mail NOT LIKE '%@%'; -- one each\n",
  'checks/people/few.sql': 'WITH n AS (SELECT count(*) AS n FROM people)\nSELECT n FROM n WHERE n > 3;;',
  'checks/visits.sql': 'SELECT * FROM visits WHERE person NOT IN (SELECT id FROM people)',
};
const THEIRS = "INSERT INTO people VALUES (3, 'none'), (4, 'also none')";
const OURS = "UPDATE people SET mail = 'c@x' WHERE id = 1";

interface Remote {
  readonly url: string;
  exec(sql: string): Promise<void>;
  people(): Promise<unknown>;
  stop(): Promise<void>;
}

const STATE = 'SELECT (SELECT group_concat(name) FROM sqlite_schema), group_concat(mail) FROM people';

async function serveSqld(): Promise<Remote> {
  const base = path.join(makeTempDir('checked-'), 'base.db');
  buildDatabase(base, BASE);
  const sqld = await startSqld({ database: base });
  return {
    url: sqld.url,
    exec: (sql) => execOn(sqld, sql),
    people: () => queryOn(sqld, STATE),
    stop: () => sqld.stop(),
  };
}

async function serveFile(): Promise<Remote> {
  const file = path.join(makeTempDir('checked-'), 'remote.db');
  buildDatabase(file, BASE);
  return {
    url: `file:${file}`,
    exec: async (sql) => editDatabase(file, sql),
    people: async () => using(openReadOnly(file), (db) => db.prepare(STATE).raw().all()),
    stop: async () => undefined,
  };
}

const SERVED = [
  ['a file', serveFile],
  ...(requireTool('sqld') ? [['a server', serveSqld] as const] : []),
] as const;

describe.each(SERVED)('checks on the remote, which is %s', (_, serve) => {
  let remote: Remote;

  beforeEach(async () => {
    remote = await serve();
  });
  afterEach(() => remote.stop());

  const start = async (
    files: Readonly<Record<string, string>> = CHECKS,
    config: object = {},
  ): Promise<TestProject> => {
    const project = makeProject(remote, { ...files, 'turso-sync.config.json': JSON.stringify(config) });
    expect((await project.run('init')).exit).toBe(0);
    project.edit(OURS);
    return project;
  };

  test('take the push back if what it makes of the remote fails one', async () => {
    const project = await start();
    expect((await project.run('diff', '--save', 'plan.json')).exit).toBe(0);
    await remote.exec(THEIRS);
    const before = await remote.people();
    for (const args of [['push'], ['push', '--dry-run'], ['push', '--plan', 'plan.json']]) {
      const run = await project.run(...args, '--checks-on-remote');
      expect({ args, ...run }).toMatchObject({ args, exit: 4 });
      expect(run.stdout).toContain('Refused by the policy: nothing was written. ');
      expect(run.stdout).toContain(
        'check: The check mails.sql returned 2 rows on the remote, with these changes, and',
      );
      expect(run.stdout).toContain(
        'check: The check people/few.sql returned 1 row on the remote, with these changes,',
      );
      expect(run.stdout).toContain('push with --allow check:mails.sql --allow check:people/few.sql, or');
      expect(run.stdout).not.toMatch(/visits\.sql|also none/);
      expect(await remote.people()).toEqual(before);
      expect(leftovers(project)).toEqual([]);
    }
    expect(await project.json('push', '--checks-on-remote')).toMatchObject({
      ok: true,
      result: {
        outcome: 'refused',
        plan: { verdict: { broken: [{ exception: 'check:mails.sql', count: 2, limit: 0 }, { count: 1 }] } },
      },
    });
    // As the message says, they are seen here.
    expect((await project.run('pull')).exit).toBe(0);
    expect((await project.run('check')).stdout).toContain("id=4 mail='also none'");
  });

  test('are left out if an exception names them, and are not run unless asked for', async () => {
    const project = await start();
    await remote.exec(THEIRS);
    const some = await project.run('push', '--checks-on-remote', '--allow', 'check:mails.sql');
    expect(some.exit).toBe(4);
    expect(some.stdout).not.toContain('mails.sql');
    const both = ['--allow', 'check:mails.sql', '--allow', 'check:people/few.sql'];
    expect((await project.run('push', '--checks-on-remote', ...both)).exit).toBe(0);
    project.edit('DELETE FROM visits WHERE person = 2');
    expect((await project.run('push')).exit).toBe(0);
  });

  test('are asked for by the config, for one environment too, and an undo runs none', async () => {
    const environments = { careful: { checksOnRemote: true }, quick: { checksOnRemote: false } };
    const project = await start(CHECKS, { checksOnRemote: true, environments });
    await remote.exec(THEIRS);
    expect((await project.run('push')).exit).toBe(4);
    expect((await project.run('push', '--env', 'careful')).exit).toBe(4);
    expect(await project.run('push', '--env', 'quick')).toMatchObject({ exit: 0 });
    expect((await project.run('undo', '--env', 'quick')).exit).toBe(0);
  });

  test.each([
    ['cannot be part of a query', 'PRAGMA foreign_key_check', 'does not begin with SELECT'],
    ['fails there', 'SELECT 1 FROM people WHERE id > 2 AND json(mail)', 'cannot be run on'],
  ])('are refused if one %s', async (_what, sql, reason) => {
    const project = await start({ 'checks/a.sql': sql });
    await remote.exec(THEIRS);
    const before = [await remote.people(), project.digests()];
    const { exit, stderr } = await project.run('push', '--checks-on-remote');
    expect({ exit, stderr }).toMatchObject({ exit: 1, stderr: expect.stringContaining(reason) as string });
    expect(stderr).toMatch(/^CHECK_INVALID: The check a\.sql .*\n.*--allow check:a\.sql/m);
    expect([await remote.people(), project.digests()]).toEqual(before);
    expect((await project.run('push')).exit).toBe(0);
  });
});

(requireTool('sqld') ? test : test.skip)(
  'a check that only the local SQLite understands is refused',
  async () => {
    const remote = await serveSqld();
    try {
      const files = {
        'checks/a.sql': 'SELECT 1 WHERE 0',
        'checks/new.sql': "SELECT 1 WHERE unistr('a') = 'b'",
      };
      const project = makeProject(remote, { ...files, 'turso-sync.config.json': '{"checksOnRemote":true}' });
      await project.run('init');
      project.edit(OURS);
      const before = [await remote.people(), project.digests()];
      for (const command of [['push'], ['push', '--dry-run']])
        expect(await project.json(...command)).toMatchObject({
          error: {
            code: 'CHECK_INVALID',
            message: expect.stringContaining('no such function: unistr') as string,
          },
        });
      expect(await remote.people()).toEqual(before[0]);
      expect((await project.run('push', '--allow', 'check:new.sql')).exit).toBe(0);
    } finally {
      await remote.stop();
    }
  },
);

(requireTool('sqld') ? test : test.skip)(
  'checks on the remote make the estimate of a push less sure, if there are any',
  async () => {
    const remote = await serveSqld();
    const certainties = async (files: Readonly<Record<string, string>>): Promise<unknown[]> => {
      const project = makeProject(remote, { ...files, 'turso-sync.config.json': '{"checksOnRemote":true}' });
      await project.run('init');
      project.edit(OURS);
      const runs = [await project.run('diff'), await project.run('push', '--dry-run')];
      return runs.map(({ stdout }) => /^Cost: (about|at most) /m.exec(stdout)?.[1]);
    };
    try {
      expect(await certainties({})).toEqual(['at most', 'at most']);
      expect(await certainties(CHECKS)).toEqual(['about', 'about']);
    } finally {
      await remote.stop();
    }
  },
);
