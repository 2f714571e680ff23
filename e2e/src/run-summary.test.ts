import fs from 'node:fs';
import path from 'node:path';
import { editDatabase } from '@turso-sync/testing';
import { addApp, command, home, ISOLATED, nx, run, workspace, type App } from './workspace.fixture';

const SECRET = 'value-of-a-row';
const MAKE = 'CREATE TABLE IF NOT EXISTS t(id INTEGER PRIMARY KEY, v)';

function add(name: string): App {
  return addApp(name, { '.env': `TURSO_DATABASE_URL=file:./${name}.db\n` });
}

const push = (projects: string, variables: Readonly<Record<string, string>> = {}): ReturnType<typeof nx> =>
  nx(['run-many', '-t', 'turso-push', '-p', projects], { ...ISOLATED, ...variables });

/** The table at the end of a run. */
function tableOf(output: string): string[] {
  const [, table = ''] = /\n\nturso-sync:\n([^]*?)\n\n\s*$/.exec(output) ?? [];
  return table.split('\n');
}

function folders(): string[] {
  const runs = path.join(workspace, '.nx', 'workspace-data', 'turso-sync-runs');
  return fs.existsSync(runs) ? fs.readdirSync(runs) : [];
}

test('a run ends with how its pushes ended, which Nx hides, and leaves nothing behind', async () => {
  const [one, two, three, four] = ['sum-one', 'sum-two', 'sum-three', 'sum-four'].map(add) as [
    App,
    App,
    App,
    App,
  ];
  editDatabase(path.join(two.directory, 'sum-two.db'), `${MAKE}; INSERT INTO t VALUES (1, 'a'), (2, 'b')`);
  editDatabase(path.join(three.directory, 'sum-three.db'), `${MAKE}; INSERT INTO t VALUES (1, 'a')`);
  await nx(['run-many', '-t', 'turso-init', '-p', 'sum-*']);
  editDatabase(one.workingCopy, `${MAKE}; INSERT INTO t VALUES (1, '${SECRET}'), (2, 'x')`);
  editDatabase(two.workingCopy, 'DELETE FROM t');
  editDatabase(three.workingCopy, `UPDATE t SET v = '${SECRET}'`);
  editDatabase(path.join(three.directory, 'sum-three.db'), "UPDATE t SET v = 'theirs'");
  four.breakTest();
  const { exitCode, output } = await push('sum-*');
  expect(exitCode).not.toBe(0);
  expect(output).not.toContain(SECRET);
  expect(tableOf(output)).toEqual([
    '  project    result                 deleted  updated  new  tables',
    '  sum-one    pushed                       0        0    2       1',
    '  sum-three  1 conflict',
    '  sum-two    refused by the policy        2        0    0       1',
  ]);
  expect(folders()).toEqual([]);
});

test('a run without a push says nothing', async () => {
  const app = add('quiet');
  app.addTarget('hello', command('build.js'));
  expect((await nx(['run', 'quiet:hello'])).output).not.toContain('turso-sync:');
  expect((await nx(['run', 'quiet:turso-init'])).output).not.toContain('turso-sync:');
  expect(folders()).toEqual([]);
});

test('two runs at once tell of their own pushes only', async () => {
  for (const name of ['left', 'right']) add(name);
  await nx(['run-many', '-t', 'turso-init', '-p', 'left,right']);
  const runs = await Promise.all(['left', 'right'].map((name) => push(name)));
  expect(runs.map(({ output }) => tableOf(output))).toEqual([
    ['  project  result', '  left     nothing to push'],
    ['  project  result', '  right    nothing to push'],
  ]);
});

// The hook runs in the daemon then, whose output goes to its log.
const onLinux = process.platform === 'linux' ? test : test.skip;
onLinux('it is there with the daemon, too', async () => {
  add('kept');
  try {
    // The other end of what Node gives to its children is no pipe, but a socket.
    const line = `${path.join(workspace, 'node_modules', '.bin', 'nx')} run-many -t turso-push -p kept | cat`;
    const { PATH = '' } = process.env;
    const env = { PATH, HOME: home, NX_DAEMON: 'true', NX_TUI: 'false', NO_COLOR: '1' };
    const { output } = await run('sh', ['-c', line], env);
    expect(tableOf(output)).toEqual(['  project  result', '  kept     nothing to push']);
    expect(folders()).toEqual([]);
  } finally {
    await nx(['daemon', '--stop'], { NX_DAEMON: 'true' });
  }
});
