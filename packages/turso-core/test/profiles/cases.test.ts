import { editDatabase, loadCases, PROFILES, requireTool, type Profile } from '@turso-sync/testing';
import { play } from '../push/scene.fixture';
import { nameReceipt } from '../../src/sqlite/receipt';
import { insist, partOf, profiles, serveAs } from './profiles.fixture';

const describeWithSqld = requireTool('sqld') ? describe : describe.skip;
const push = loadCases('push');
const drift = loadCases('drift');

/** Whether a push meets what a kind of server refuses. */
const meetsRefusal =
  (profile: Profile) =>
  ({ edit }: { readonly edit: string }): boolean =>
    !PROFILES[profile].userVersion && edit.includes('user_version');

test('the cases of pushes meet what servers refuse', () => {
  expect(push.filter(meetsRefusal('cloud')).length).toBeGreaterThan(0);
});

describeWithSqld.each(profiles)('a push to a server that is %s', (profile) => {
  test.each(partOf(push, profile, meetsRefusal(profile)))('$name: $description', (story) =>
    play(serveAs(profile), story, async (scene) => {
      const result = await scene.push();
      expect(result).toMatchObject({ outcome: 'applied', alreadyThere: 0 });
      const refused = result.outcome === 'applied' && result.refusesUserVersion;
      expect(refused).toBe(!PROFILES[profile].userVersion && story.edit.includes('user_version'));
      expect(await scene.differences()).toEqual(refused ? [expect.stringMatching(/^user_version: /)] : []);
    }),
  );

  test.each(partOf(drift, profile))('$name: $description', (story) =>
    play(serveAs(profile), story, async (scene) => {
      const before = await scene.bytes();
      const { outcome } = await scene.push();
      expect(story.description).toMatch(outcome === 'applied' ? /^expect: clean/ : /^expect: conflict/);
      if (outcome === 'conflict') {
        expect(await scene.bytes()).toEqual(before);
        return;
      }
      editDatabase(scene.work, story.remote ?? '');
      expect(await scene.differences()).toEqual([]);
    }),
  );
});

describeWithSqld('a push past a load balancer that loses answers', () => {
  test.each(partOf(push, 'balancer'))('$name: $description', (story) =>
    play(
      serveAs('balancer', { every: 2, seed: Number.parseInt(story.name), losesAnswers: true }),
      story,
      async (scene) => {
        const receipt = nameReceipt();
        expect(await insist(() => scene.push({ receipt }))).toMatchObject({ outcome: 'applied' });
        expect(await scene.differences()).toEqual([]);
      },
    ),
  );
});
