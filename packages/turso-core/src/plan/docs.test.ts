import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import { makeFileProject, type FileProject } from '../../test/fixtures/project.fixture';
import { diff } from '../commands/diff';
import { init } from '../commands/init';
import { push } from '../commands/push';

const DOCUMENT = readFileSync(path.join(__dirname, '../../../../docs/plan.md'), 'utf8');

/** Returns the first example in a language. */
const example = (language: string): string =>
  new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'm').exec(DOCUMENT)?.[1] ?? '';

let at: FileProject;

beforeEach(async () => {
  at = await makeFileProject(
    "CREATE TABLE contacts(id INTEGER PRIMARY KEY, name); INSERT INTO contacts VALUES (1, 'Ada')",
  );
  await init(at.project);
  at.edit(`UPDATE contacts SET name = 'Ada Lovelace' WHERE id = 1; INSERT INTO contacts VALUES (2, 'Bob');
    CREATE INDEX by_name ON contacts(name)`);
});

test('the example of the file is what diff writes', async () => {
  const { files } = await diff(at.project);
  const written = JSON.parse(readFileSync(files.json, 'utf8')) as object;
  const { createdAt, remote, base } = JSON.parse(example('json')) as Record<string, unknown>;
  expect({ ...written, createdAt, remote, base }).toEqual(JSON.parse(example('json')));
});

test('the example in code runs', async () => {
  await push(at.project);
  at.edit("UPDATE contacts SET name = 'Bobby' WHERE id = 2");
  const { directory } = at.project;
  mkdirSync(path.join(directory, 'node_modules'));
  symlinkSync(path.join(__dirname, '../..'), path.join(directory, 'node_modules/turso-core'));
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  writeFileSync(
    path.join(directory, 'app.mjs'),
    ts.transpileModule(example('ts'), { compilerOptions }).outputText,
  );
  const env = { PATH: process.env['PATH'], TURSO_DATABASE_URL: `file:${at.remote}` };
  const { stdout } = await promisify(execFile)(process.execPath, ['app.mjs'], { cwd: directory, env });
  expect(stdout).toBe(`{ delete: 0, update: 1, insert: 0 }
update contacts { id: 1n } [ 'name' ] { id: 1n, name: 'Ada' } { id: 1n, name: 'Ada Lovelace' }
insert contacts { id: 2n } [] null { id: 2n, name: 'Bob' }
`);
});
