import fs from 'node:fs';
import path from 'node:path';
import { buildDatabase, compareDatabases, editDatabase, makeTempDir } from '@turso-sync/testing';
import diff from './diff';
import init from './init';
import pull from './pull';
import push from './push';
import snapshot from './snapshot';
import { makeApp, type TaskRun, type TestApp } from './task.fixture';
import undo from './undo';
import verify from './verify';

let app: TestApp;
let remote: string;
let workingCopy: string;

beforeEach(async () => {
  remote = path.join(makeTempDir(), 'remote.db');
  buildDatabase(
    remote,
    "CREATE TABLE person(id INTEGER PRIMARY KEY, name); INSERT INTO person VALUES (1, 'value-old')",
  );
  app = await makeApp({ TURSO_DATABASE_URL: `file:${remote}` });
  workingCopy = path.join(app.directory, 'working_copy.db');
  await app.run(snapshot, 'turso-snapshot');
  await app.run(init, 'turso-init');
  editDatabase(workingCopy, "UPDATE person SET name = 'value-mine'");
});

const theirs = (): void => editDatabase(remote, "UPDATE person SET name = 'value-theirs'");
const pushed = (): Promise<TaskRun> => app.run(push, 'turso-push');

interface Options {
  readonly out?: string;
  readonly format?: 'text' | 'markdown' | 'html' | 'json';
}

/** Tasks that write a report, each with the events before it. */
const TASKS: [
  what: string,
  prepare: () => unknown,
  run: (options: Options) => Promise<TaskRun>,
  says: string,
][] = [
  ['diff', () => null, (options) => app.run(diff, 'turso-diff', options), 'value-mine'],
  ['push', () => null, (options) => app.run(push, 'turso-push', options), 'value-mine'],
  ['push with a conflict', theirs, (options) => app.run(push, 'turso-push', options), 'value-theirs'],
  ['pull with a conflict', theirs, (options) => app.run(pull, 'turso-pull', options), 'value-theirs'],
  ['verify', () => null, (options) => app.run(verify, 'turso-verify', options), 'value-mine'],
  ['undo --list', pushed, (options) => app.run(undo, 'turso-undo', { list: true, ...options }), 'value-mine'],
  [
    'undo with a conflict',
    async () => {
      await pushed();
      theirs();
    },
    (options) => app.run(undo, 'turso-undo', options),
    'value-theirs',
  ],
];

const FORMATS = [
  ['html', '.html'],
  ['markdown', '.md'],
  ['text', '.txt'],
  ['json', '.json'],
] as const;

/** Checks that a report is in its file, for its user only, and that nothing of it was printed. */
function expectReport({ stdout, stderr }: TaskRun, file: string, says: string): void {
  expect(stdout + stderr).toContain(`Report: ${file}\n`);
  expect(stdout + stderr).not.toContain('value-');
  expect(fs.readFileSync(file, 'utf8')).toContain(says);
  expect(fs.statSync(file).mode & 0o077).toBe(0);
}

test.each(TASKS)(
  '%s: the report goes to its file, and nowhere else; without a place for it, nothing is done',
  async (_, prepare, run, says) => {
    await prepare();
    const before = path.join(makeTempDir(), 'before.db');
    fs.copyFileSync(remote, before);
    const folder = makeTempDir();
    for (const [out, code] of [
      ['report.pdf', 'USAGE'],
      ['none/report.md', 'FILE_INACCESSIBLE'],
    ] as const) {
      const { success, stderr } = await run({ out: path.join(folder, out) });
      expect(success).toBe(false);
      expect(stderr).toMatch(new RegExp(`^${code}: .*\\n {2}\\S`));
    }
    expect(compareDatabases(remote, before)).toEqual([]);
    expect(fs.readdirSync(folder)).toEqual([]);
    const file = path.join(folder, 'report.md');
    expectReport(await run({ out: file }), file, says);
  },
);

test('a form without a file goes to the state folder', async () => {
  for (const [format, ending] of FORMATS) {
    const run = await app.run(diff, 'turso-diff', { format });
    expectReport(run, path.join(app.directory, `.turso/default/report${ending}`), 'value-mine');
  }
});

test('a relative file is relative to the workspace, and the form overrides its name', async () => {
  const root = path.join(app.directory, '..', '..');
  await app.run(diff, 'turso-diff', { out: 'changes.txt', format: 'html' });
  expect(fs.readFileSync(path.join(root, 'changes.txt'), 'utf8')).toMatch(/^<!doctype html>/i);
});

test('a push that is made stays made if its report cannot be written, with a warning', async () => {
  const { success, stderr } = await app.run(push, 'turso-push', { out: makeTempDir(), format: 'html' });
  expect(success).toBe(true);
  expect(stderr).toContain('Warning: The report was not written: ');
  expect(compareDatabases(remote, workingCopy)).toEqual([]);
});
