import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { makeFileProject } from '../../test/fixtures/project.fixture';
import { init } from '../commands/init';

const DOCUMENT = readFileSync(path.join(__dirname, '../../../../docs/reports.md'), 'utf8');

test('the example in code writes a page', async () => {
  const at = await makeFileProject('CREATE TABLE t(x)');
  await init(at.project);
  at.edit("INSERT INTO t VALUES ('new here')");
  const { directory } = at.project;
  mkdirSync(path.join(directory, 'node_modules'));
  symlinkSync(path.join(__dirname, '../..'), path.join(directory, 'node_modules/turso-core'));
  const [, example = ''] = /^```ts\n([^]*?)^```/m.exec(DOCUMENT) ?? [];
  writeFileSync(path.join(directory, 'app.mjs'), example);
  const env = { PATH: process.env['PATH'], TURSO_DATABASE_URL: `file:${at.remote}` };
  await promisify(execFile)(process.execPath, ['app.mjs'], { cwd: directory, env });
  expect(readFileSync(path.join(directory, 'changes.html'), 'utf8')).toMatch(
    /^<!doctype html>[^]*new here[^]*<\/html>\n$/,
  );
});
