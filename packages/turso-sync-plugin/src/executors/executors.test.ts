import fs from 'node:fs';
import path from 'node:path';
import {
  buildDatabase,
  compareDatabases,
  downloadDatabase,
  editDatabase,
  execOn,
  makeTempDir,
  requireTool,
  startSqld,
  writeFiles,
  type SqldWithAuth,
} from '@turso-sync/testing';
import { loadProject } from 'turso-core/own-process';
import check from './check';
import diff from './diff';
import init from './init';
import pull from './pull';
import push from './push';
import { requireOutput } from './require-output';
import snapshot from './snapshot';
import status from './status';
import undo from './undo';
import verify from './verify';
import { makeApp, type TestApp } from './task.fixture';

const BASE = `CREATE TABLE person(id INTEGER PRIMARY KEY, name TEXT);
  INSERT INTO person VALUES(1,'Ada'),(2,'Grace');`;

const describeWithSqld = requireTool('sqld') ? describe : describe.skip;

const remotes: [name: string, prepare: () => Promise<Remote>][] = [
  ['a file', fileRemote],
  ...(requireTool('sqld') ? [['a server', serverRemote] as [string, () => Promise<Remote>]] : []),
];

/** A remote with {@link BASE} in it. */
interface Remote {
  readonly variables: Readonly<Record<string, string>>;
  edit(sql: string): Promise<void>;
  /** Returns the remote as a file. */
  download(): Promise<string>;
  stop(): Promise<void>;
}

async function fileRemote(): Promise<Remote> {
  const file = path.join(makeTempDir(), 'remote.db');
  buildDatabase(file, BASE);
  return {
    variables: { TURSO_DATABASE_URL: `file:${file}` },
    edit: async (sql) => editDatabase(file, sql),
    download: async () => file,
    stop: async () => undefined,
  };
}

async function serverRemote(): Promise<Remote> {
  const sqld = await startServer();
  return {
    variables: { TURSO_DATABASE_URL: sqld.url, TURSO_AUTH_TOKEN: sqld.readWriteToken },
    edit: (sql) => execOn(sqld, sql),
    async download() {
      const file = path.join(makeTempDir(), 'download.db');
      await downloadDatabase(sqld, file);
      return file;
    },
    stop: () => sqld.stop(),
  };
}

async function startServer(): Promise<SqldWithAuth> {
  const database = path.join(makeTempDir(), 'base.db');
  buildDatabase(database, BASE);
  return startSqld({ database, auth: true });
}

/** Does the same as `nx run mailer:turso-init`. */
async function initialize(app: TestApp): Promise<void> {
  expect((await app.run(snapshot, 'turso-snapshot')).success).toBe(true);
  expect((await app.run(init, 'turso-init')).success).toBe(true);
}

describe.each(remotes)('with %s as the remote', (_, prepare) => {
  let remote: Remote;
  let app: TestApp;
  let workingCopy: string;

  beforeEach(async () => {
    remote = await prepare();
    app = await makeApp(remote.variables);
    workingCopy = path.join(app.directory, 'working_copy.db');
  });
  afterEach(() => remote.stop());

  test('snapshot takes the remote to the snapshot folder, and makes no working copy', async () => {
    const { success, stdout } = await app.run(snapshot, 'turso-snapshot');
    expect(success).toBe(true);
    expect(stdout).toMatch(/^Connecting to .*\nSnapshot of .*, taken by \w+\n$/);
    const folder = path.join(app.directory, '.turso', 'default', 'snapshot');
    expect(fs.readdirSync(folder).sort()).toEqual(['baseline.db', 'manifest.json']);
    await app.run(snapshot, 'turso-snapshot', { dump: true });
    expect(fs.readdirSync(folder).sort()).toEqual(['baseline.db', 'manifest.json', 'original_dump.sql']);
    expect(compareDatabases(path.join(folder, 'baseline.db'), await remote.download())).toEqual([]);
    expect(fs.existsSync(workingCopy)).toBe(false);
  });

  test('an edit goes all the way: snapshot, init, push; the second push has nothing to do', async () => {
    await initialize(app);
    editDatabase(
      workingCopy,
      "UPDATE person SET name='Ada Lovelace' WHERE id=1; INSERT INTO person VALUES(3,'Edsger')",
    );
    const pushed = await app.run(push, 'turso-push');
    expect(pushed).toMatchObject({ success: true, stderr: '' });
    expect(pushed.stdout).toMatch(
      /UPDATE person 1 row\nINSERT person 1 row\n.*\nPushed to .*\.\n(Used: .*\n)?$/,
    );
    expect(compareDatabases(workingCopy, await remote.download())).toEqual([]);
    expect((await app.run(push, 'turso-push')).stdout).toMatch(/^Connecting to .*\nNothing to push\.\n$/);
  });

  test('pull, diff, push, verify and undo do what the commands do, and fail where those exit with 2 or 3', async () => {
    await initialize(app);
    await remote.edit("INSERT INTO person VALUES(3,'Edsger')");
    editDatabase(workingCopy, "UPDATE person SET name='Ada Lovelace' WHERE id=1");
    expect((await app.run(pull, 'turso-pull')).stdout).toMatch(
      /INSERT person 1 row\n[^]*1 change not pushed yet\.\n$/,
    );
    expect((await app.run(diff, 'turso-diff', { exitCode: true })).success).toBe(false);
    expect((await app.run(verify, 'turso-verify')).success).toBe(false);
    await app.run(push, 'turso-push');
    expect(await app.run(verify, 'turso-verify')).toMatchObject({ success: true });
    expect((await app.run(undo, 'turso-undo', { list: true })).stdout).toMatch(/^1 .* 1 updated, /);
    expect((await app.run(diff, 'turso-diff', { exitCode: true })).success).toBe(true);
    expect((await app.run(undo, 'turso-undo')).stdout).toContain('Push 1 ');
    editDatabase(workingCopy, "UPDATE person SET name='mine' WHERE id=1");
    await remote.edit("UPDATE person SET name='theirs' WHERE id=1");
    expect(await app.run(pull, 'turso-pull')).toMatchObject({
      success: false,
      stdout: expect.anything() as string,
    });
  });

  test('init makes the working copy, brings it up to date, and keeps one with changes', async () => {
    await initialize(app);
    await remote.edit("INSERT INTO person VALUES(3,'Edsger')");
    await app.run(snapshot, 'turso-snapshot');
    const { stdout } = await app.run(init, 'turso-init');
    expect(stdout).toMatch(/^From the snapshot of .* ago: .*\nWorking copy brought up to date: /m);
    expect(stdout).not.toContain('taken by');
    expect(compareDatabases(workingCopy, await remote.download())).toEqual([]);

    editDatabase(workingCopy, 'DELETE FROM person WHERE id=1');
    await remote.edit("INSERT INTO person VALUES(4,'Barbara')");
    await app.run(snapshot, 'turso-snapshot');
    const kept = await app.run(init, 'turso-init');
    expect(kept).toMatchObject({ success: true });
    expect(kept.stdout).toContain('Working copy kept, with 1 change not pushed yet: ');
  });

  test('init refuses changes by itself, and replaces them by force, with a backup', async () => {
    await initialize(app);
    editDatabase(workingCopy, 'DELETE FROM person');
    const refused = await app.run(init, 'by-hand', {});
    expect(refused).toMatchObject({ success: false });
    expect(refused.stderr).toMatch(/^WORKING_COPY_HAS_CHANGES: .* has changes .*\n {2}Push them .*\n$/);
    expect((await app.run(init, 'by-hand', { force: true })).stdout).toContain('Backup of the old one: ');
  });

  test('a conflict fails the task, says where, and leaves the remote as it is', async () => {
    await initialize(app);
    editDatabase(workingCopy, "UPDATE person SET name='mine' WHERE id=1");
    await remote.edit("UPDATE person SET name='theirs' WHERE id=1");
    const { success, stderr } = await app.run(push, 'turso-push');
    expect(success).toBe(false);
    expect(stderr).toMatch(
      /^1 conflict with .*: nothing was written\.\n {2}person id=1 .*\n {4}columns: name\n[^]*\nThe values are in .*conflicts\.json\.\n$/,
    );

    const resolved = await app.run(push, 'turso-push', { onConflict: 'ours' });
    expect(resolved).toMatchObject({ success: true });
    expect(resolved.stdout).toContain('1 conflict resolved:');
    expect(compareDatabases(workingCopy, await remote.download())).toEqual([]);
  });

  test('the policy fails the task, and sends nothing, unless an exception allows it', async () => {
    await initialize(app);
    const before = await remote.download();
    editDatabase(workingCopy, 'DELETE FROM person');
    const refused = await app.run(push, 'turso-push');
    expect(refused.success).toBe(false);
    expect(refused.stderr).toContain('--allow deleteAllRows:person');
    expect(compareDatabases(before, await remote.download())).toEqual([]);
    const allowed = await app.run(push, 'turso-push', { allow: ['deleteAllRows:person'] });
    expect(allowed).toMatchObject({ success: true });
    expect(compareDatabases(workingCopy, await remote.download())).toEqual([]);
  });

  test('a check that returns rows fails the task, which prints no values', async () => {
    await initialize(app);
    const query = "SELECT * FROM person WHERE name = 'Nobody'";
    writeFiles(app.directory, { 'checks/nobody.sql': query });
    expect(await app.run(check, 'turso-check')).toMatchObject({ success: true, stdout: '1 check passed.\n' });
    editDatabase(workingCopy, "UPDATE person SET name='Nobody' WHERE id=1");
    const { success, stderr } = await app.run(check, 'turso-check');
    expect(success).toBe(false);
    expect(stderr).toBe('nobody.sql: returned 1 row, and must return none.\n1 of 1 check failed.\n');
  });

  test('a dry run sends nothing', async () => {
    await initialize(app);
    editDatabase(workingCopy, 'DELETE FROM person WHERE id=1');
    const { stdout } = await app.run(push, 'turso-push', { dryRun: true });
    expect(stdout).toContain('DELETE person 1 row');
    expect(stdout).toMatch(/Dry run: this push would go through\. Nothing was written\.\n$/);
    expect(compareDatabases(workingCopy, await remote.download())).not.toEqual([]);
  });

  test('status says what a push would carry', async () => {
    await initialize(app);
    editDatabase(workingCopy, 'DELETE FROM person WHERE id=1');
    const { success, stdout } = await app.run(status, 'turso-status');
    expect(success).toBe(true);
    expect(stdout).toMatch(/^To push +DELETE person 1 row$/m);
  });
});

test('a missing snapshot is told in one block: code, what, what to do', async () => {
  const app = await makeApp({ TURSO_DATABASE_URL: 'file:./remote.db' });
  expect(await app.run(init, 'turso-init')).toEqual({
    success: false,
    stdout: '',
    stderr: expect.stringMatching(
      /^SNAPSHOT_MISSING: There is no snapshot in .*\n {2}Run the turso-snapshot target/,
    ) as string,
  });
});

test.each(['baseline.db', 'manifest.json'])('a snapshot without %s is none', async (name) => {
  const app = await makeApp({ TURSO_DATABASE_URL: 'file:./remote.db' });
  await app.run(snapshot, 'turso-snapshot');
  const project = await loadProject({ cwd: app.directory });
  requireOutput(project);
  fs.rmSync(path.join(app.directory, '.turso/default/snapshot', name));
  expect(() => requireOutput(project)).toThrow(`${name} is not there`);
});

test('quiet prints nothing but errors, verbose every step', async () => {
  const app = await makeApp({ TURSO_DATABASE_URL: 'file:./remote.db' });
  expect((await app.run(snapshot, 'turso-snapshot', { quiet: true })).stdout).toBe('');
  expect((await app.run(snapshot, 'turso-snapshot', { verbose: true })).stdout).toMatch(/^connect: \d+ ms$/m);
  expect((await app.run(push, 'turso-push', { quiet: true })).stderr).toContain('BASE_MISSING');
});

test('an environment of the config is used', async () => {
  const config = { environments: { staging: { urlVariable: 'STAGING_URL' } } };
  const app = await makeApp({ STAGING_URL: 'file:./staging.db' }, config);
  expect((await app.run(status, 'turso-status', { env: 'staging' })).stdout).toContain('staging.db');
  const wrong = await app.run(status, 'turso-status', { env: 'stagin' });
  expect(wrong.stderr).toContain('CONFIG_INVALID');
});

describeWithSqld('a token', () => {
  test('is never printed, whatever happens and however much is asked for', async () => {
    const sqld = await startServer();
    for (const token of [sqld.readWriteToken, sqld.readOnlyToken, sqld.expiredToken]) {
      const app = await makeApp({ TURSO_DATABASE_URL: sqld.url, TURSO_AUTH_TOKEN: token });
      const runs = [
        await app.run(snapshot, 'turso-snapshot', { verbose: true }),
        await app.run(init, 'turso-init', { verbose: true }),
      ];
      if (runs[1]?.success === true) {
        editDatabase(path.join(app.directory, 'working_copy.db'), "UPDATE person SET name='mine' WHERE id=1");
        await execOn(sqld, "UPDATE person SET name=name||'!' WHERE id=1");
      }
      runs.push(await app.run(push, 'turso-push', { verbose: true }));
      runs.push(await app.run(status, 'turso-status', { verbose: true }));
      for (const { stdout, stderr } of runs) expect(stdout + stderr).not.toContain(token.slice(-40));
    }
    await sqld.stop();
  });

  test('that is refused fails the task, with the reason', async () => {
    const sqld = await startServer();
    const app = await makeApp({ TURSO_DATABASE_URL: sqld.url, TURSO_AUTH_TOKEN: sqld.expiredToken });
    const { success, stderr } = await app.run(snapshot, 'turso-snapshot');
    expect(success).toBe(false);
    expect(stderr).toMatch(/^REMOTE_UNAUTHORIZED: .*\n {2}\S.*\n$/);
    await sqld.stop();
  });
});

test('a silent remote fails the snapshot, and leaves the one that is there', async () => {
  const app = await makeApp({ TURSO_DATABASE_URL: 'file:./remote.db', OTHER_URL: 'http://127.0.0.1:9' });
  await app.run(snapshot, 'turso-snapshot');
  const manifest = path.join(app.directory, '.turso/default/snapshot/manifest.json');
  const before = fs.readFileSync(manifest, 'utf8');
  fs.writeFileSync(path.join(app.directory, '.env'), 'TURSO_DATABASE_URL=http://127.0.0.1:9');
  const { success, stderr } = await app.run(snapshot, 'turso-snapshot');
  expect(success).toBe(false);
  expect(stderr).toMatch(/^REMOTE_UNREACHABLE: /);
  expect(fs.readFileSync(manifest, 'utf8')).toBe(before);
});
