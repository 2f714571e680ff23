import { execOn, requireTool } from '@turso-sync/testing';
import { FAULTS, type FaultName } from './kinds.fixture';
import { ourEdit, theirEdit } from './model.fixture';
import { seeded } from './random.fixture';
import { makeScene, type Scene } from './scene.fixture';

const describeWithSqld = requireTool('sqld') ? describe : describe.skip;

/** Faults in all; a longer run asks for more. */
const COUNT = Number(process.env['TURSO_SYNC_FAULTS'] ?? 12);

const NAMES = Object.keys(FAULTS) as [FaultName, ...FaultName[]];
const COMMANDS = ['dump-push', 'pull', 'dump-init', 'first dump-init'] as const;

const random = seeded();

/** How often each fault met each command, and how often the command had not ended by then. */
const met = new Map<string, { count: number; hits: number }>();

describeWithSqld(`${COUNT} faults (TURSO_SYNC_SEED=${random.seed})`, () => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await makeScene();
  });
  afterAll(async () => {
    await scene.stop();
    if (COUNT > 100) console.table(Object.fromEntries(met));
  });

  const rounds = Array.from({ length: COUNT }, (_, i) => {
    const fault = NAMES[i % NAMES.length] ?? NAMES[0];
    const what = COMMANDS[(i + Math.floor(i / NAMES.length)) % COMMANDS.length] ?? 'dump-push';
    const how = random.pick([
      'at once',
      'after others wrote',
      ...(what === 'dump-push' ? ['by a pull'] : []),
    ]);
    return [i, what, fault, random.next(), how] as const;
  });

  test.each(rounds)('%d: %s while %s, at %f; mended %s', async (round, what, fault, moment, how) => {
    if (what === 'first dump-init') scene.startAnew();
    const command = what === 'first dump-init' ? 'dump-init' : what;
    await change(theirEdit(round, 'before'));
    const before = scene.model;
    const after = before.fork();
    if (command !== 'dump-init') {
      scene.project.edit(ourEdit(round));
      after.edit(ourEdit(round));
    }

    const { exit, stderr } = await FAULTS[fault](scene, command, moment);
    const wasKilled = fault === 'our process is killed';
    expect(wasKilled ? [0, 'SIGKILL'] : [0, 1]).toContain(exit);
    if (exit === 1) expect(stderr).toMatch(/^REMOTE_(INTERRUPTED|UNREACHABLE): /m);
    note(`${what}, ${fault}`, exit !== 0);
    scene.model = await scene.remoteIs(...(command === 'dump-push' ? [before, after] : [before]));

    // What was not there yet may have been under way.
    const isThere = scene.model === after;
    if (how === 'after others wrote') {
      after.edit(theirEdit(round, 'after'));
      await execOn(scene.server, theirEdit(round, 'after'));
    }
    if (how === 'by a pull') await scene.run('pull');
    await scene.run(command);
    if (command === 'pull') await scene.run('dump-push');
    scene.model = await scene.remoteIs(after);
    if (command === 'dump-push') await scene.run('pull');
    if (isThere) expect((await scene.run('dump-push')).stdout).toBe('Nothing to push.\n');
    expect(await scene.differences()).toEqual([]);
  });

  async function change(sql: string): Promise<void> {
    await execOn(scene.server, sql);
    scene.model.edit(sql);
  }
});

function note(what: string, isHit: boolean): void {
  const { count, hits } = met.get(what) ?? { count: 0, hits: 0 };
  met.set(what, { count: count + 1, hits: hits + (isHit ? 1 : 0) });
}
