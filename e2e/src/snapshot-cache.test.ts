import fs from 'node:fs';
import path from 'node:path';
import { execOn } from '@turso-sync/testing';
import { describeWithSqld, serve, type Served } from './served.fixture';
import { addApp, nx, workspace, type App } from './workspace.fixture';

/** Whether Nx took the snapshot from its cache, or ran the task. */
async function takeSnapshot(app: App, variables: Readonly<Record<string, string>>): Promise<'hit' | 'miss'> {
  const { exitCode, output } = await nx(['run', `${app.name}:turso-snapshot`], variables);
  expect({ exitCode, output }).toMatchObject({ exitCode: 0 });
  return /local cache|existing outputs match the cache/.test(output) ? 'hit' : 'miss';
}

describeWithSqld('the snapshot', () => {
  let served: Served;
  beforeEach(async () => (served = await serve()));
  afterEach(() => served.sqld.stop());

  const baseline = (app: App): string => path.join(app.snapshot, 'baseline.db');

  test('comes from the cache while the remote is as it was, also after the folder was deleted', async () => {
    const app = addApp('cached');
    expect(await takeSnapshot(app, served.variables)).toBe('miss');
    expect(await takeSnapshot(app, served.variables)).toBe('hit');
    fs.rmSync(path.join(app.directory, '.turso'), { recursive: true });
    expect(await takeSnapshot(app, served.variables)).toBe('hit');
    expect(fs.readdirSync(app.snapshot).sort()).toEqual(['baseline.db', 'manifest.json']);
    expect((await nx(['run', 'cached:turso-dump'], served.variables)).exitCode).toBe(0);
    expect(fs.existsSync(path.join(app.directory, '.turso/default/base/original_dump.sql'))).toBe(true);
    expect(await served.compare(baseline(app))).toEqual([]);
  });

  test('is taken anew after every change of the remote', async () => {
    const app = addApp('changing');
    expect(await takeSnapshot(app, served.variables)).toBe('miss');
    await execOn(served.sqld, "UPDATE person SET name = 'Ada Lovelace' WHERE id = 1");
    expect(await takeSnapshot(app, served.variables)).toBe('miss');
    expect(await served.compare(baseline(app))).toEqual([]);
    expect(await takeSnapshot(app, served.variables)).toBe('hit');
  });

  test('is taken anew where the config or the URL has changed', async () => {
    const app = addApp('configured');
    await takeSnapshot(app, served.variables);
    const { port } = served.sqld;
    expect(
      await takeSnapshot(app, { ...served.variables, TURSO_DATABASE_URL: `http://localhost:${port}` }),
    ).toBe('miss');
    fs.writeFileSync(path.join(app.directory, 'turso-sync.config.json'), '{"workingCopy": "app.db"}');
    expect(await takeSnapshot(app, served.variables)).toBe('miss');
  });

  test('fails while the remote is silent, and is never a stale one from the cache', async () => {
    const app = addApp('silent');
    await takeSnapshot(app, served.variables);
    await served.sqld.kill();
    for (const _ of [1, 2]) {
      const { exitCode, output } = await nx(['run', 'silent:turso-push'], served.variables);
      expect(exitCode).not.toBe(0);
      expect(output).toMatch(
        /REMOTE_UNREACHABLE: .* does not answer \(connection refused\)\.\n {2}The request was not sent\. Check /,
      );
      expect(output).not.toMatch(/turso-snapshot.*(local cache|existing outputs)/);
    }
    await served.sqld.restart();
    expect((await nx(['run', 'silent:turso-push'], served.variables)).exitCode).toBe(0);
  });

  test('is no matter of other packages: a new version of one of them takes no new snapshot', async () => {
    const app = addApp('bumped');
    await takeSnapshot(app, served.variables);
    const lock = path.join(workspace, 'package-lock.json');
    const text = fs.readFileSync(lock, 'utf8');
    fs.writeFileSync(lock, text.replace(/("node_modules\/commander": \{\s+"version": ")[^"]+/, '$199.0.0'));
    expect(fs.readFileSync(lock, 'utf8')).not.toBe(text);
    expect(await takeSnapshot(app, served.variables)).toBe('hit');
    fs.writeFileSync(lock, text);
  });

  test('is of the remote that the task means, whichever .env file of Nx names it', async () => {
    const { url, readWriteToken } = served.sqld;
    const app = addApp('layered', {
      '.env': 'TURSO_DATABASE_URL=file:./remote.db\n',
      '.env.turso-snapshot': `TURSO_DATABASE_URL=${url}\nTURSO_AUTH_TOKEN=${readWriteToken}\n`,
    });
    expect(await takeSnapshot(app, {})).toBe('miss');
    expect(await takeSnapshot(app, {})).toBe('hit');
    expect(await served.compare(baseline(app))).toEqual([]);
    await execOn(served.sqld, 'DELETE FROM visit');
    expect(await takeSnapshot(app, {})).toBe('miss');
    expect(await served.compare(baseline(app))).toEqual([]);
  });
});

test("the working copy is not Nx's: a run neither restores nor overwrites it", async () => {
  const app = addApp('own', { '.env': 'TURSO_DATABASE_URL=file:./remote.db\n' });
  await nx(['run', 'own:turso-init']);
  fs.rmSync(app.workingCopy);
  fs.rmSync(path.join(app.directory, '.turso'), { recursive: true });
  await nx(['run', 'own:turso-snapshot']);
  expect(fs.existsSync(app.workingCopy)).toBe(false);
  expect(fs.readdirSync(path.join(app.directory, '.turso'))).toEqual(['default']);
});

test('a first use creates the file behind the URL, also where another clone has the snapshot in the cache', async () => {
  const project = { name: 'first', targets: { 'turso-snapshot': { options: { create: true } } } };
  const app = addApp('first', {
    '.env': 'TURSO_DATABASE_URL=file:./first.db\n',
    'project.json': JSON.stringify(project),
  });
  const remote = path.join(app.directory, 'first.db');
  for (const _ of [1, 2]) {
    for (const file of ['first.db', 'working_copy.db', '.turso'])
      fs.rmSync(path.join(app.directory, file), { recursive: true, force: true });
    const { exitCode, output } = await nx(['run', 'first:turso-push']);
    expect({ exitCode, output }).toMatchObject({ exitCode: 0 });
    expect(fs.existsSync(remote)).toBe(true);
  }
  // The file is lost, which is no first use.
  fs.rmSync(remote);
  const { exitCode, output } = await nx(['run', 'first:turso-push']);
  expect(exitCode).not.toBe(0);
  expect(output).toContain('REMOTE_MISSING');
  expect(fs.existsSync(remote)).toBe(false);
});
