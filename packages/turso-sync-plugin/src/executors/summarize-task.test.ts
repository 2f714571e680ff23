import { readFileSync } from 'node:fs';
import path from 'node:path';
import { editDatabase, makeTempDir } from '@turso-sync/testing';
import init from './init';
import pull from './pull';
import push from './push';
import snapshot from './snapshot';
import { makeApp, type TestApp } from './task.fixture';

let app: TestApp;
let file: string;

beforeEach(async () => {
  app = await makeApp(
    { TURSO_DATABASE_URL: 'file:./production.db', STAGING_URL: 'file:./staging.db' },
    CONFIG,
  );
  file = path.join(makeTempDir(), 'summary.md');
  process.env['GITHUB_STEP_SUMMARY'] = file;
  editDatabase(
    path.join(app.directory, 'staging.db'),
    "CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (77001, 'a'), (2, 'b')",
  );
});
afterEach(() => {
  delete process.env['GITHUB_STEP_SUMMARY'];
});

const CONFIG = { environments: { staging: { urlVariable: 'STAGING_URL' } } };
const STAGING = { configurationName: 'staging' };

async function start(): Promise<void> {
  await app.run(snapshot, 'turso-snapshot', {}, STAGING);
  await app.run(init, 'turso-init', {}, STAGING);
}

function edit(sql: string): void {
  editDatabase(path.join(app.directory, 'working_copy.db'), sql);
}

test('tasks append how they ended to the summary of the job, without values and keys', async () => {
  await start();
  edit("UPDATE t SET v = 'secret here'");
  expect(await app.run(push, 'turso-push', {}, STAGING)).toMatchObject({ success: true });
  edit('DELETE FROM t');
  expect(await app.run(push, 'turso-push', {}, STAGING)).toMatchObject({ success: false });
  edit("INSERT INTO t VALUES (77001, 'secret there')");
  editDatabase(path.join(app.directory, 'staging.db'), "UPDATE t SET v = 'secret elsewhere'");
  expect(await app.run(pull, 'turso-pull', {}, STAGING)).toMatchObject({ success: false });
  const parts = readFileSync(file, 'utf8').split(/(?=^### )/m);
  expect(parts).toEqual([
    expect.stringMatching(/^### push of `mailer` \(`staging`\)\n\nPushed\.\n[^]*`t` \| 0 \| 2 \| 0 /),
    expect.stringMatching(
      /^### push of `mailer` \(`staging`\)\n\nRefused by the policy[^]*`deleteAllRows: All 2 rows of t are deleted\.`/,
    ),
    expect.stringMatching(/^### pull of `mailer` \(`staging`\)\n\n2 conflicts\. Nothing was written\.\n/),
  ]);
  expect(parts.join('')).not.toMatch(/secret|77001/);
});

test('a failure has its advice for users of Nx; a summary that cannot be written fails nothing', async () => {
  expect(await app.run(push, 'turso-push', {}, STAGING)).toMatchObject({ success: false });
  expect(readFileSync(file, 'utf8')).toMatch(
    /\n\nFailed\.\n\n```text\n\w+: .*\n.*`nx run mailer:turso-init:staging`/,
  );
  await start();
  process.env['GITHUB_STEP_SUMMARY'] = app.directory;
  expect(await app.run(push, 'turso-push', {}, STAGING)).toMatchObject({
    success: true,
    stderr: 'Warning: The job summary was not written to mailer: it is not a file.\n',
  });
});
