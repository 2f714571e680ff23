import fs from 'node:fs';
import path from 'node:path';
import { editDatabase } from '@turso-sync/testing';
import { playCheckCache } from './check-cache.fixture';
import { checkTypes } from './check-types';
import { checkAffected } from './affected.fixture';
import { checkGenerators } from './generators.fixture';
import { checkRemoteCache } from './remote-cache.fixture';
import { checkTargets } from './targets.fixture';
import { makePnpmWorkspace, makeWorkspace } from './install';
import { describeWithSqld, EDIT, serve, type Served } from './served.fixture';
import { addApp, ISOLATED, nx, workspace } from './workspace.fixture';

/** Whether all is tried under each version of Nx, and with pnpm, which takes long. */
const isWhole = process.env['TURSO_SYNC_E2E'] === 'whole';

/**
 * Those that the plugin says to work with; all other tests use the one that this repository has. Caches, configurations,
 * types and generators are tried under the oldest and the newest.
 */
const VERSIONS = [
  ['21.6.11', ['nodenext']],
  ['22.7.12', []],
  ['24.0.6', ['bundler']],
] as const;

describeWithSqld('under other versions of Nx', () => {
  let served: Served;
  beforeEach(async () => (served = await serve()));
  afterEach(() => served.sqld.stop());

  test.each(VERSIONS)('%s: targets are inferred, and a push does all of it', async (version, modules) => {
    const place = await makeOther(version);
    const app = addApp('app', {}, place);
    const shown = await nx(['show', 'project', 'app', '--json'], {}, place);
    const { targets } = JSON.parse(shown.output) as { targets: Record<string, unknown> };
    expect(Object.keys(targets)).toEqual(
      expect.arrayContaining(['turso-snapshot', 'turso-init', 'turso-push', 'turso-status', 'build', 'test']),
    );

    const push = (): ReturnType<typeof nx> =>
      nx(['run', 'app:turso-push'], { ...served.variables, ...ISOLATED }, place);
    const first = await push();
    expect(first).toMatchObject({ exitCode: 0 });
    for (const text of ['built', 'tested', 'Working copy made: ', 'Nothing to push.'])
      expect(first.output).toContain(text);
    editDatabase(app.workingCopy, EDIT);
    const second = await push();
    expect(second).toMatchObject({ exitCode: 0 });
    expect(second.output).toContain(`Pushed to ${served.sqld.url}.`);
    expect(second.output).toMatch(/\n\nturso-sync:\n {2}project .*\n {2}app +pushed +\d/);
    expect(await served.compare(app.workingCopy)).toEqual([]);

    if (modules.length === 0 && !isWhole) return;
    await configurations(place);
    await playCheckCache('checked', { place, steps: 5 });
    // Without @nx/devkit, which the plugin does not need.
    for (const module of isWhole ? (['nodenext', 'bundler'] as const) : modules)
      expect(await checkTypes(place, module)).toEqual({ exitCode: 0, output: '' });
    await checkRemoteCache(place, served);
    if (isWhole) await checkRest(place, served);
    await checkGenerators(place);
  });
});

if (isWhole)
  describeWithSqld('with packages that pnpm has installed', () => {
    test.each(['21.6.11', '24.0.6'])('under Nx %s, targets, caches and generators work', async (version) => {
      const place = await makePnpmWorkspace(
        path.join(path.dirname(workspace), `pnpm-${version}`),
        packagesFor(version),
      );
      const store = path.join(place, 'node_modules', '.pnpm');
      for (const name of fs.readdirSync(store).filter((name) => name.startsWith('better-sqlite3@')))
        copyBuilt(path.join(store, name, 'node_modules', 'better-sqlite3'));
      const served = await serve();
      try {
        await checkRemoteCache(place, served);
        await checkRest(place, served);
        await checkGenerators(place);
      } finally {
        await served.sqld.stop();
      }
    });
  });

/** What `targets.test.ts` does under the version of this repository. */
async function checkRest(place: string, served: Served): Promise<void> {
  await checkTargets(place, served);
  await checkAffected(place);
}

/** A configuration is an environment, and one that nobody knows is refused, whatever Nx makes of it. */
async function configurations(place: string): Promise<void> {
  addApp(
    'staged',
    {
      'turso-sync.config.json': '{"environments": {"staging": {"urlVariable": "STAGING_URL"}}}',
      '.env': 'TURSO_DATABASE_URL=file:./production.db\nSTAGING_URL=file:./staging.db\n',
    },
    place,
  );
  const snapshot = async (task: string): Promise<string> =>
    (await nx(['run', `staged:turso-snapshot${task}`], {}, place)).output;
  expect(await snapshot(':staging')).toContain('staging.db');
  expect(await snapshot(':staging')).toMatch(/local cache|existing outputs match the cache/);
  expect(await snapshot('')).toContain('production.db');
  expect(await snapshot(':stagin')).toContain('has no configuration "stagin"');
}

/** Another workspace, with the same packages. What was compiled for the first one need not be compiled again. */
async function makeOther(version: string): Promise<string> {
  const place = path.join(path.dirname(workspace), `nx-${version}`);
  await makeWorkspace(place, packagesFor(version), ['--ignore-scripts']);
  copyBuilt(path.join(place, 'node_modules', 'better-sqlite3'));
  return place;
}

function packagesFor(version: string): Record<string, string> {
  const { devDependencies } = JSON.parse(fs.readFileSync(path.join(workspace, 'package.json'), 'utf8')) as {
    devDependencies: Record<string, string>;
  };
  // The devkit belongs to one version of Nx, and can be done without.
  const { '@nx/devkit': _, ...packages } = devDependencies;
  return { ...packages, nx: version };
}

function copyBuilt(to: string): void {
  const from = path.join(workspace, 'node_modules', 'better-sqlite3', 'build');
  fs.cpSync(from, path.join(to, 'build'), { recursive: true });
}
