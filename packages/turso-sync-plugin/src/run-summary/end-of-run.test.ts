import fs from 'node:fs';
import path from 'node:path';
import { makeTempDir } from '@turso-sync/testing';
import init from '../executors/init';
import push from '../executors/push';
import snapshot from '../executors/snapshot';
import { makeApp } from '../executors/task.fixture';
import { postTasksExecution } from './end-of-run';
import { preTasksExecution } from './start-of-run';
import { runFolder, runsFolder } from './run-folder';

// This test may itself be a task of Nx. Nx would then print the table.
jest.mock('./nx-process', () => ({
  ...jest.requireActual<object>('./nx-process'),
  findNxProcess: () => null,
}));

let root: string;
let printed: string;

beforeEach(() => {
  root = makeTempDir();
  printed = '';
});
afterEach(() => {
  delete process.env['TURSO_SYNC_NX_RUN'];
});

function end(id: string): void {
  const spy = jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  postTasksExecution(undefined, { id, workspaceRoot: root });
  spy.mockRestore();
}

test('what tasks leave is told once by the run that they belong to', async () => {
  const app = await makeApp({ TURSO_DATABASE_URL: 'file:./remote.db' });
  preTasksExecution(undefined, {
    id: '17',
    workspaceRoot: root,
    argv: ['node', 'nx', 'run', 'mailer:turso-push'],
  });
  await app.run(snapshot, 'turso-snapshot');
  await app.run(init, 'turso-init');
  expect(fs.existsSync(runsFolder(root))).toBe(false);
  await app.run(push, 'turso-push');
  const [file = ''] = fs.readdirSync(runFolder(root, '17'));
  expect(fs.statSync(path.join(runFolder(root, '17'), file)).mode & 0o077).toBe(0);
  end('18');
  expect(printed).toBe('');
  end('17');
  expect(printed).toBe('\nturso-sync:\n  project  result\n  mailer   nothing to push\n\n');
  end('17');
  expect(printed.match(/mailer/g)).toHaveLength(1);
  expect(fs.readdirSync(runsFolder(root))).toEqual([]);
});

test('what runs that were killed have left is removed after a day', () => {
  const folders = ['old', 'new', 'now'].map((id) => runFolder(root, id));
  for (const folder of folders) fs.mkdirSync(folder, { recursive: true });
  const dayBefore = Date.now() / 1000 - 90_000;
  fs.utimesSync(folders[0] ?? '', dayBefore, dayBefore);
  const note = {
    project: 'app',
    target: 't',
    environment: '',
    outcome: 'pushed',
    counts: null,
    used: null,
    nx: null,
  };
  fs.writeFileSync(path.join(folders[2] ?? '', 'a.json'), JSON.stringify(note));
  end('now');
  expect(printed).toContain('app');
  expect(fs.readdirSync(runsFolder(root))).toEqual(['new']);
});

test('an id of Nx names no other folder', () => {
  expect(path.dirname(runFolder(root, '../../elsewhere'))).toBe(runsFolder(root));
});

test('a damaged note is no failure', () => {
  fs.mkdirSync(runFolder(root, '1'), { recursive: true });
  fs.writeFileSync(path.join(runFolder(root, '1'), 'a.json'), '{');
  end('1');
  expect(printed).toBe('');
});
