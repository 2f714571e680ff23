import fs from 'node:fs';
import path from 'node:path';
import { editDatabase } from '@turso-sync/testing';
import { describeWithSqld, serve, type Served } from './served.fixture';
import { run, workspace, type Ended } from './workspace.fixture';

/** Under which better-sqlite3 12 aborts; all other tests run on the Node that runs them. */
const NODE = '24.21.0';

const ROWS = 'WITH RECURSIVE i(n) AS (SELECT 10 UNION ALL SELECT n + 1 FROM i LIMIT 100000)';

/** Edits of many rows, after which there is much to let go of. */
const EDITS = [
  `${ROWS} INSERT INTO person SELECT n, 'name ' || n, n / 7.0, NULL FROM i`,
  `UPDATE person SET score = score / 3, name = name || '!' WHERE id >= 10`,
  `DELETE FROM person WHERE id >= 10`,
];

describeWithSqld(`under Node ${NODE}`, () => {
  let served: Served;
  beforeEach(async () => (served = await serve()));
  afterEach(() => served.sqld.stop());

  test('large pushes arrive, with nothing compiled', async () => {
    const place = path.join(path.dirname(workspace), `node-${NODE}`);
    fs.mkdirSync(place);
    fs.writeFileSync(path.join(place, 'package.json'), '{ "private": true }');
    const name = `node-${process.platform}-${process.arch}`;
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
    await succeed(run('npm', ['install', ...flags, `${name}@${NODE}`], process.env, place));
    const bin = path.join(place, 'node_modules', name, 'bin');
    const env = { ...process.env, ...served.variables, PATH: `${bin}:${process.env['PATH'] ?? ''}` };
    const { devDependencies } = JSON.parse(fs.readFileSync(path.join(workspace, 'package.json'), 'utf8')) as {
      devDependencies: Record<string, string>;
    };
    const core = devDependencies['turso-core'] ?? '';
    await succeed(run('npm', ['install', ...flags, `turso-core@${core}`], env, place));
    const installed = path.join(place, 'node_modules', 'better-sqlite3');
    expect(fs.existsSync(path.join(installed, 'build'))).toBe(false);

    const command = path.join(place, 'node_modules', '.bin', 'turso-sync');
    await succeed(run(command, ['dump-init'], env, place));
    const workingCopy = path.join(place, 'working_copy.db');
    for (const edit of EDITS) {
      editDatabase(workingCopy, edit);
      const { output } = await succeed(run(command, ['dump-push'], env, place));
      expect(output).toContain('Total: ');
      expect(await served.compare(workingCopy)).toEqual([]);
    }
  });
});

async function succeed(ended: Promise<Ended>): Promise<Ended> {
  const { exitCode, output } = await ended;
  if (exitCode !== 0) throw new Error(output);
  return { exitCode, output };
}
