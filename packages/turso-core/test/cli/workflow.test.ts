import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import {
  buildDatabase,
  compareDatabases,
  downloadDatabase,
  execOn,
  makeTempDir,
  queryOn,
  requireTool,
  sqlite3Path,
  startSqld,
  type SqldWithAuth,
} from '@turso-sync/testing';
import { buildNastyDatabase } from '../fixtures/nasty-database.fixture';
import { filesWith, leftovers, makeProject, type Answer, type TestProject } from '../fixtures/cli.fixture';

const describeWithSqld = requireTool('sqld') ? describe : describe.skip;
const dir = makeTempDir();

const BASE = `
  CREATE TABLE people(id INTEGER PRIMARY KEY, name TEXT NOT NULL, score REAL);
  CREATE TABLE notes(id INTEGER PRIMARY KEY AUTOINCREMENT, person REFERENCES people ON DELETE CASCADE, body);
  CREATE TABLE audit(what);
  CREATE TRIGGER noted AFTER INSERT ON notes BEGIN INSERT INTO audit VALUES ('note ' || new.id); END;
  INSERT INTO people VALUES (1, 'Ada', 1.5), (2, 'Bob', 2.5), (3, 'Cy', NULL);
  INSERT INTO notes(person, body) VALUES (1, 'first'), (2, 'second');`;

let files = 0;
const newFile = (): string => path.join(dir, `file-${files++}.db`);

describeWithSqld('the workflow, with a server that asks for a token', () => {
  let server: SqldWithAuth;
  let project: TestProject;

  beforeEach(async () => {
    const database = newFile();
    buildDatabase(database, BASE);
    server = await startSqld({ database, auth: true });
    project = makeProject(server);
  });
  afterEach(async () => {
    expect(filesWith(project.dir, server.readWriteToken)).toEqual([]);
    expect(leftovers(project)).toEqual([]);
    await server.stop();
  });

  /** What is different between the server and the working copy. */
  async function differences(): Promise<string[]> {
    const file = newFile();
    await downloadDatabase(server, file);
    return compareDatabases(file, project.file('working_copy.db'));
  }

  test('dump-init makes the snapshot, its dump, the base and the working copy', async () => {
    const run = await project.run('dump-init');
    expect(run).toMatchObject({ exit: 0 });
    expect(run.stdout).toMatch(
      /^Snapshot of http:.*taken by pages\nWorking copy made: .*working_copy\.db\nNext: .*`turso-sync push`.*\n$/,
    );
    const [connecting, ...progress] = run.stderr.trimEnd().split('\n');
    expect(connecting).toBe(`Connecting to ${server.url}`);
    // A slow machine tells how far it is.
    for (const line of progress) expect(line).toMatch(/^Snapshot: .* of .* \(\d+ %\)$/);
    expect(await differences()).toEqual([]);
    for (const folder of ['snapshot', 'base']) {
      const state = project.file(`.turso/default/${folder}`);
      expect(compareDatabases(path.join(state, 'baseline.db'), project.file('working_copy.db'))).toEqual([]);
      expect(JSON.parse(readFileSync(path.join(state, 'manifest.json'), 'utf8'))).toMatchObject({
        formatVersion: 1,
        remote: server.url,
        method: 'pages',
      });
    }
  });

  test('edit, diff, push: the remote is then equal, and a second push has nothing to do', async () => {
    await project.run('dump-init');
    expect(await project.run('diff', '--exit-code')).toMatchObject({ exit: 0, stdout: 'No changes.\n' });
    project.edit(`
      UPDATE people SET name = 'Ada Lovelace', score = 1 WHERE id = 1;
      DELETE FROM people WHERE id = 3;
      INSERT INTO notes(person, body) VALUES (2, x'00ff');
      CREATE TABLE made(id INTEGER PRIMARY KEY, v); INSERT INTO made VALUES (1, 'x');
      CREATE INDEX by_name ON people(name)`);
    const local = readFileSync(project.file('working_copy.db'));

    const diff = await project.run('diff');
    expect(diff).toMatchObject({ exit: 0, stderr: '' });
    expect(diff.stdout).toContain('UPDATE people 1 row\n');
    expect(diff.stdout).toContain('CREATE table made\n');
    expect(diff.stdout).toContain('Total: 3 rows inserted, 1 updated, 1 deleted.\n');
    expect((await project.run('diff', '--exit-code')).exit).toBe(2);
    expect(readFileSync(project.file('.turso/default/diff.sql'), 'utf8')).toContain('Ada Lovelace');
    expect(JSON.parse(readFileSync(project.file('.turso/default/changes.json'), 'utf8'))).toMatchObject({
      version: 2,
    });

    const push = await project.run('dump-push');
    expect(push).toMatchObject({ exit: 0 });
    expect(push.stderr).toMatch(
      /^Connecting to .*\nCost: at most \d+ rows read, \d+ rows written, as libSQL bills them\.\n$/,
    );
    expect(push.stdout).toMatch(/Pushed to http:.*\.\nUsed: \d+ rows read, \d+ rows? written\.\n$/);
    expect(await differences()).toEqual([]);
    expect(readFileSync(project.file('working_copy.db')).equals(local)).toBe(true);

    const mark = await queryOn(server, 'PRAGMA data_version');
    expect(await project.run('push')).toMatchObject({ exit: 0, stdout: 'Nothing to push.\n' });
    expect((await project.run('diff', '--exit-code')).exit).toBe(0);
    expect(await queryOn(server, 'PRAGMA data_version')).toEqual(mark);
  });

  test('a dry run writes nothing, says what would be pushed, and moves no base', async () => {
    await project.run('dump-init');
    project.edit('DELETE FROM people WHERE id = 3');
    const base = project.digests()['.turso/default/base/baseline.db'];
    const run = await project.run('dump-push', '--dry-run');
    expect(run).toMatchObject({
      exit: 0,
      stdout:
        'DELETE people 1 row\nTotal: 0 rows inserted, 0 updated, 1 deleted.\nCost: at most 101 rows read, 3 rows written, as libSQL bills them.\nDry run: this push would go through. Nothing was written.\n',
      stderr: `Connecting to ${server.url}\n`,
    });
    expect(await queryOn(server, 'SELECT count(*) FROM people')).toEqual([[3n]]);
    expect(project.digests()['.turso/default/base/baseline.db']).toBe(base);
    expect((await project.json('dump-push', '--dry-run')).result).toMatchObject({
      outcome: 'dry-run',
      changes: { total: { delete: 1, insert: 0, update: 0 } },
    });
  });

  test('changes of others elsewhere are kept by a push, and brought in by the next dump-init', async () => {
    await project.run('dump-init');
    project.edit("UPDATE people SET name = 'mine' WHERE id = 1");
    await execOn(server, "UPDATE people SET name = 'theirs' WHERE id = 2");
    expect(await project.run('dump-push')).toMatchObject({ exit: 0 });
    expect(await queryOn(server, 'SELECT name FROM people ORDER BY id')).toEqual([
      ['mine'],
      ['theirs'],
      ['Cy'],
    ]);
    // What others did is not known here, and must not look as if it had been undone.
    expect((await project.run('diff', '--exit-code')).exit).toBe(0);
    const init = await project.run('dump-init');
    expect(init).toMatchObject({ exit: 0, stdout: expect.stringContaining('brought up to date') as string });
    expect(await differences()).toEqual([]);
  });

  test('a conflict ends with 3, names the row, and touches nothing but the file that tells of it', async () => {
    await project.run('dump-init');
    project.edit(
      "UPDATE people SET name = 'mine', score = 0.5 WHERE id = 1; DELETE FROM people WHERE id = 3",
    );
    await execOn(server, "UPDATE people SET name = 'theirs', score = 9e999 WHERE id = 1");
    const [local, remote] = [project.digests(), newFile()];
    await downloadDatabase(server, remote);

    const run = await project.run('dump-push');
    expect(run.exit).toBe(3);
    expect(run.stdout).toContain('1 conflict with http:');
    expect(run.stdout).toContain('people id=1 [update/update]');
    expect(run.stdout).toContain("name: was 'Ada', local 'mine', remote 'theirs'");
    expect(run.stdout).toContain('turso-sync init --force');

    const json = await project.start(['dump-push', '--json']).ended;
    expect(json.exit).toBe(3);
    const { ok, result } = JSON.parse(json.stdout) as Answer;
    expect(ok).toBe(true);
    // As in changes.json: a JSON number is an INTEGER, anything that it cannot be is an object.
    expect(result).toMatchObject({
      outcome: 'conflict',
      conflicts: [
        {
          kind: 'update/update',
          table: 'people',
          key: { id: 1 },
          old: { id: 1, name: 'Ada', score: { real: '1.5' } },
          local: { id: 1, name: 'mine', score: { real: '0.5' } },
          remote: { id: 1, name: 'theirs', score: { real: 'Infinity' } },
        },
      ],
    });

    const { [path.join('.turso', 'default', 'conflicts.json')]: file, ...others } = project.digests();
    expect(file).toBeDefined();
    expect(others).toEqual(local);
    const { conflicts } = result as unknown as { conflicts: unknown };
    expect(JSON.parse(readFileSync(project.file('.turso/default/conflicts.json'), 'utf8'))).toEqual({
      format: 'turso-sync-conflicts',
      version: 1,
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      remote: server.url,
      conflicts,
    });
    const after = newFile();
    await downloadDatabase(server, after);
    expect(compareDatabases(remote, after)).toEqual([]);
  });

  test('conflicts are resolved as asked for, counted and told; at most 20 are printed', async () => {
    await execOn(
      server,
      `CREATE TABLE many(id INTEGER PRIMARY KEY, a, b);
       WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i LIMIT 30) INSERT INTO many SELECT n, 0, 0 FROM i`,
    );
    await project.run('dump-init');
    project.edit("UPDATE many SET a = 1; UPDATE people SET name = 'mine' WHERE id = 1");
    await execOn(server, 'UPDATE many SET b = 2; UPDATE many SET a = 2 WHERE id = 7');
    const file = project.file('.turso/default/conflicts.json');

    const refused = await project.run('dump-push');
    expect(refused.exit).toBe(3);
    expect(refused.stdout.match(/\[update\/update\]/g)).toHaveLength(20);
    expect(refused.stdout).toContain(
      '... and 10 more (all of them, with every value, are in conflicts.json)',
    );
    expect((JSON.parse(readFileSync(file, 'utf8')) as { conflicts: unknown[] }).conflicts).toHaveLength(30);

    const one = await project.run('dump-push', '--merge=cells');
    expect(one).toMatchObject({ exit: 3, stdout: expect.stringContaining('1 conflict with') as string });
    expect(one.stdout).toContain('a: was 0, local 1, remote 2');

    const { result } = await project.json('dump-push', '--merge=cells', '--on-conflict=theirs');
    expect(result).toMatchObject({ outcome: 'pushed', conflicts: [], merged: 29, overwritten: 0, kept: 1 });
    expect(result['resolved']).toHaveLength(30);
    expect(existsSync(file)).toBe(false);
    expect(await queryOn(server, 'SELECT sum(a), sum(b) FROM many')).toEqual([[31n, 60n]]);
    expect((await project.run('dump-push')).stdout).toBe('Nothing to push.\n');

    project.edit('DELETE FROM people WHERE id = 2');
    await execOn(server, "UPDATE people SET name = 'theirs' WHERE id = 2");
    const ours = await project.run('dump-push', '--on-conflict=ours');
    expect(ours.exit).toBe(0);
    expect(ours.stdout).toContain('1 conflict resolved:\n  people id=2 [delete/update]');
    expect(ours.stdout).toContain('Yours was written.');
  });

  test('dump-init refuses to overwrite edits, with the counts and the way out; --force keeps a backup', async () => {
    await project.run('dump-init');
    project.edit(
      "INSERT INTO people VALUES (4, 'Di', 4), (5, 'Ed', 5); DELETE FROM audit; CREATE TABLE extra(v)",
    );
    const before = project.digests();
    const refused = await project.run('dump-init');
    expect(refused).toMatchObject({ exit: 1, stdout: '' });
    expect(refused.stderr).toContain(
      'has changes that were not pushed (2 inserted, 0 updated, 2 deleted rows, 1 schema change)',
    );
    expect(refused.stderr).toContain('turso-sync push');
    expect(refused.stderr).toContain('turso-sync init --force');
    expect(project.digests()).toEqual(before);

    const edited = newFile();
    copyFileSync(project.file('working_copy.db'), edited);
    const forced = await project.run('dump-init', '--force');
    expect(forced.exit).toBe(0);
    const today = new Date().toISOString().slice(0, 10);
    const backups = readdirSync(project.dir).filter((name) => name.startsWith('working_copy.backup-'));
    expect(backups).toEqual([expect.stringContaining(today)]);
    const backup = project.file(backups[0] ?? '');
    expect(forced.stdout).toContain(`Backup of the old one: ${backup}`);
    expect(compareDatabases(backup, edited)).toEqual([]);
    expect(await differences()).toEqual([]);
    expect((await project.run('diff', '--exit-code')).exit).toBe(0);
  });

  test('dump-init --force has nothing to back up where there is no working copy', async () => {
    const { result } = await project.json('dump-init', '--force');
    expect(result).toMatchObject({ outcome: 'created', backup: null });
  });

  test('status tells what is to be done next, at every step', async () => {
    const next = async (): Promise<string[]> =>
      (await project.json<{ result: { next: string[] } }>('status')).result.next;
    expect(await next()).toEqual([expect.stringContaining('turso-sync init')]);
    await project.run('dump-init');
    expect(await next()).toEqual([]);
    project.edit('DELETE FROM audit');
    expect(await next()).toEqual([expect.stringContaining('turso-sync push')]);
    await project.run('dump-push', '--allow', 'deleteAllRows:audit');
    expect(await next()).toEqual([]);
    await execOn(server, "INSERT INTO audit VALUES ('theirs')");
    expect(await next()).toEqual([expect.stringContaining('bring in what has changed')]);
    await project.run('dump-init');
    expect(await next()).toEqual([]);
  });

  test('status as text and as JSON', async () => {
    await project.run('dump-init');
    project.edit('DELETE FROM people WHERE id = 3');
    const text = (await project.run('status')).stdout;
    expect(text).toContain(`Project       ${project.dir}\n`);
    expect(text).toContain('Variables     TURSO_DATABASE_URL is set, TURSO_AUTH_TOKEN is set\n');
    expect(text).toContain(`Remote        ${server.url}: has not changed since the base was made\n`);
    expect(text).toMatch(/Snapshot {6}.*baseline\.db: [\d.]+ kB, taken \d+ seconds? ago\n/);
    expect(text).toContain('To push       DELETE people 1 row\n');
    const { command, ok, result } = await project.json('status');
    expect({ command, ok }).toEqual({ command: 'status', ok: true });
    expect(result).toMatchObject({
      environment: null,
      project: { directory: project.dir, configFile: null },
      variables: { url: { name: 'TURSO_DATABASE_URL', isSet: true }, authToken: { isSet: true } },
      remote: server.url,
      remoteState: { answers: true, hasMoved: false, problem: null },
      pending: { changes: { total: { delete: 1, insert: 0, update: 0 } }, problem: null },
      base: { manifest: { method: 'pages' } },
    });
  });

  test('status answers when the remote is down, and says so', async () => {
    await project.run('dump-init');
    await server.stop();
    const run = await project.run('status');
    expect(run.exit).toBe(0);
    expect(run.stdout).toContain('REMOTE_UNREACHABLE');
    expect(run.stdout).toContain('To push       No changes.\n');
  });

  test('a read-only token is enough for everything but the push', async () => {
    const reader = makeProject({ url: server.url, readWriteToken: server.readOnlyToken });
    expect((await reader.run('dump-init')).exit).toBe(0);
    expect((await reader.json('status')).result).toMatchObject({
      remoteState: { answers: true, hasMoved: false },
    });
    reader.edit('DELETE FROM audit');
    expect((await reader.run('diff')).exit).toBe(0);
    const before = reader.digests();
    const push = await reader.run('dump-push', '--allow', 'deleteAllRows:audit');
    expect(push).toMatchObject({ exit: 1, stdout: '' });
    expect(push.stderr).toMatch(
      /^Connecting.*\nCost: .*\nREMOTE_READ_ONLY: .*\n {2}Writing needs a token with write access/,
    );
    expect(reader.digests()).toEqual(before);
    expect(await queryOn(server, 'SELECT count(*) FROM audit')).toEqual([[2n]]);
  });

  test('a push to another remote than the base came from is refused, unless that is meant', async () => {
    await project.run('dump-init');
    project.edit('DELETE FROM audit');
    const database = newFile();
    buildDatabase(database, BASE);
    const other = await startSqld({ database });
    const env = { TURSO_DATABASE_URL: other.url };
    const run = await project.start(['dump-push'], { env }).ended;
    expect(run).toMatchObject({ exit: 1, stdout: '' });
    expect(run.stderr).toContain(
      `REMOTE_CHANGED: The base belongs to ${server.url}, but TURSO_DATABASE_URL names ${other.url}.`,
    );
    const push = ['push', '--accept-remote', '--allow', 'deleteAllRows:audit'];
    expect((await project.start(push, { env }).ended).exit).toBe(0);
    expect(await queryOn(other, 'SELECT count(*) FROM audit')).toEqual([[0n]]);
    expect(await queryOn(server, 'SELECT count(*) FROM audit')).toEqual([[2n]]);
    await other.stop();
  });
});

const describeWithShell = sqlite3Path() !== undefined && requireTool('sqld') ? describe : describe.skip;

describeWithShell('original_dump.sql', () => {
  test.each(['UTF-8', 'UTF-16le'] as const)(
    'restores with the stock sqlite3 shell (%s)',
    async (encoding) => {
      const database = newFile();
      buildNastyDatabase(database, encoding);
      const server = await startSqld({ database });
      const project = makeProject(server);
      expect((await project.run('dump-init')).exit).toBe(0);
      const restored = newFile();
      const dump = readFileSync(project.file('.turso/default/snapshot/original_dump.sql'));
      execFileSync(sqlite3Path() ?? '', ['-bail', restored], { input: dump, maxBuffer: 1 << 28 });
      expect(compareDatabases(database, restored, { ignoreApplicationId: false })).toEqual([]);
      await server.stop();
    },
  );
});

describe('a file as the remote', () => {
  test('goes through the whole workflow without a server', async () => {
    const project = makeProject({ url: 'file:./remote.db' });
    buildDatabase(project.file('remote.db'), BASE);
    expect((await project.run('dump-init')).exit).toBe(0);
    project.edit("UPDATE people SET name = 'mine' WHERE id = 1; DROP TABLE audit; DROP TRIGGER noted");
    const allow = ['--allow', 'dropTable:audit'];
    expect(await project.run('dump-push', ...allow)).toMatchObject({ exit: 0 });
    expect(compareDatabases(project.file('remote.db'), project.file('working_copy.db'))).toEqual([]);
    expect((await project.json('status')).result).toMatchObject({ remoteState: { hasMoved: false } });
    expect(leftovers(project)).toEqual([]);
  });

  test('that is not there is made only if that is asked for', async () => {
    const project = makeProject({ url: 'file:remote.db' });
    expect((await project.json('init')).error?.code).toBe('REMOTE_MISSING');
    expect(project.digests()).toEqual({ '.env': expect.any(String) as string });
    expect((await project.run('init', '--create')).exit).toBe(0);
    expect((await project.run('verify')).exit).toBe(0);
    project.edit('CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 2)');
    expect((await project.run('dump-push')).exit).toBe(0);
    expect(compareDatabases(project.file('remote.db'), project.file('working_copy.db'))).toEqual([]);
  });

  test('in a folder whose name has every odd character', async () => {
    const project = makeProject({ url: 'file:remote.db' }, { 'odd ?#% & \'quoted\' "äöü" 😀/x': '' });
    const inner = project.file('odd ?#% & \'quoted\' "äöü" 😀');
    buildDatabase(path.join(inner, 'remote.db'), BASE);
    const env = { TURSO_DATABASE_URL: 'file:remote.db' };
    const run = async (...args: string[]): Promise<unknown> =>
      (await project.start([...args, '--cwd', inner], { env }).ended).exit;
    expect(await run('dump-init')).toBe(0);
    expect(await run('diff', '--exit-code')).toBe(0);
    expect(await run('dump-init')).toBe(0);
    expect(existsSync(path.join(inner, 'working_copy.db'))).toBe(true);
  });
});
