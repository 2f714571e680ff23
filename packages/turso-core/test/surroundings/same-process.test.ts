import { execFileSync, fork, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { once } from 'node:events';
import { sqlite3Path, writeFiles } from '@turso-sync/testing';
import { VERBS } from '../../src/commands/apart/verbs';
import { init } from '../../src/commands/init';
import { makeFileProject, type FileProject } from '../fixtures/project.fixture';

/** Every verb, in an order in which none of them fails. */
const CALLS: readonly [keyof typeof VERBS, object?][] = [
  ['fingerprint'],
  ['status'],
  ['doctor'],
  ['verify'],
  ['diff'],
  ['dump', { of: 'working-copy' }],
  ['dump', { of: 'remote', to: 'remote.sql' }],
  ['snapshot'],
  ['check'],
  ['copy', { to: 'copied.db' }],
  ['push'],
  ['pull'],
  ['undo'],
  ['restore', { to: 'restored.db' }],
  ['clean'],
  ['init', { force: true }],
];

let scene: FileProject;
let app: ChildProcess;

beforeEach(async () => {
  scene = await makeFileProject(
    "CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 'a'), (2, 'b')",
  );
  await init(scene.project);
  writeFiles(scene.project.directory, { 'checks/none.sql': 'SELECT * FROM t WHERE v IS NULL' });
});

afterEach(async () => {
  if (app.exitCode !== null) return;
  app.disconnect();
  await once(app, 'exit');
});

/** The copy of SQLite that turso-core uses itself, and another one. */
describe.each(['better-sqlite3', 'libsql'])('an app with %s keeps its locks', (library) => {
  test.each(['workingCopy', 'remote'] as const)('on its %s, whatever verb it calls', async (which) => {
    const file = which === 'remote' ? scene.remote : scene.project.workingCopy;
    const cwd = scene.project.directory;
    app = fork(path.join(__dirname, 'app.fixture.js'), [library, file, cwd], { cwd });
    expect(await answer()).toBe('open');
    scene.edit("UPDATE t SET v = 'edited' WHERE id = 2");
    for (const [verb, options] of CALLS) {
      app.send([verb, options ?? {}]);
      expect([verb, await answer()]).toEqual([verb, 'done']);
      // The last one to close a database removes its log. Another process takes itself for the last one when the app has lost its locks.
      openAndClose(file);
      expect([verb, existsSync(`${file}-wal`)]).toEqual([verb, true]);
    }
  });
});

test('all verbs are among them', () => {
  const files = readdirSync(path.join(__dirname, '..', '..', 'src', 'commands'), { withFileTypes: true });
  const verbs = files.flatMap((file) =>
    file.name.endsWith('.ts') && !file.name.includes('.test.') && file.name !== 'verb-result.ts'
      ? [path.parse(file.name).name]
      : [],
  );
  expect(Object.keys(VERBS).sort()).toEqual(verbs.sort());
  expect([...new Set(CALLS.map(([name]) => name))].sort()).toEqual(verbs);
});

async function answer(): Promise<unknown> {
  const [message] = (await once(app, 'message')) as unknown[];
  return message;
}

/** In another process, by the stock shell: its SQLite removes the log when it can lock the file. */
function openAndClose(file: string): void {
  execFileSync(sqlite3Path() ?? 'sqlite3', [file, 'SELECT count(*) FROM t']);
}
