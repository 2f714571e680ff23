import { setTimeout as sleep } from 'node:timers/promises';
import { execOn, queryOn, requireTool } from '@turso-sync/testing';
import { makeScene, type Scene } from './scene.fixture';

const describeWithSqld = requireTool('sqld') ? describe : describe.skip;

/** Rows, each of which takes the server some milliseconds. */
const ROWS = 400;

describeWithSqld('a push that is killed while the server carries it out', () => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await makeScene({ lingers: true });
  });
  afterAll(() => scene.stop());

  test('is waited for by the next one, and not made again', async () => {
    const { server, proxy, project } = scene;
    await execOn(
      server,
      'CREATE TABLE slow(line); CREATE INDEX slow_i ON slow(length(hex(zeroblob(2000000 + length(line)))))',
    );
    await scene.run('pull');
    // The hidden rowid that was meant is taken, so that the rows get others at a second attempt.
    await execOn(server, "INSERT INTO slow VALUES ('theirs')");
    project.edit(
      `WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < ${ROWS})
       INSERT INTO slow SELECT printf('%0200d', i) FROM s`,
    );
    const sent = proxy.bytesFrom.client + 2 * ROWS * 200;
    const push = project.start(['dump-push']);
    while (proxy.bytesFrom.client < sent) await sleep(1);
    await sleep(20);
    push.child.kill('SIGKILL');
    await push.ended;
    await scene.run('dump-push');
    expect(await queryOn(server, 'SELECT count(*) FROM slow')).toEqual([[BigInt(ROWS + 1)]]);
  });
});
