import { requireTool } from '@turso-sync/testing';
import { play } from '../push/scene.fixture';
import { profiles, serveAs } from './profiles.fixture';

const describeWithSqld = requireTool('sqld') ? describe : describe.skip;

/** Rows whose conflicts have to be read: JSON has no infinity. */
const STORY = {
  base: 'CREATE TABLE t(id INTEGER PRIMARY KEY, a, b); INSERT INTO t VALUES (1, 1, 9e999), (2, 2, -9e999), (3, 3, 0)',
  edit: "UPDATE t SET a = 'mine'; UPDATE t SET b = -9e999 WHERE id = 3",
};

describeWithSqld.each(profiles)('a contested push to a server that is %s', (profile) => {
  test.each([1, 4])('gets ahead of a client that changes the same row before each of %d attempts', (races) =>
    play(serveAs(profile), STORY, async (scene) => {
      let raced = 0;
      const { remote } = scene.served;
      const contested = {
        ...remote,
        transact: async (...args: Parameters<typeof remote.transact>) => {
          if (raced < races) await scene.served.edit(`UPDATE t SET a = 'race ${raced++}' WHERE id = 1`);
          return remote.transact(...args);
        },
      };
      const result = await scene.push({ target: contested, onConflict: 'write' });
      expect(result).toMatchObject({ outcome: 'applied' });
      // After that, everyone else is kept from writing.
      expect(raced).toBe(Math.min(races, 2));
      expect(await scene.differences()).toEqual([]);
    }),
  );

  test('tells conflicts on rows with infinities as they are', () =>
    play(
      serveAs(profile),
      { ...STORY, remote: 'UPDATE t SET b = -b, a = 9e999 WHERE id < 3' },
      async (scene) => {
        const result = await scene.push();
        expect(result).toMatchObject({
          outcome: 'conflict',
          conflicts: [
            {
              key: { id: 1n },
              old: { b: Infinity },
              local: { a: 'mine', b: Infinity },
              remote: { a: Infinity, b: -Infinity },
            },
            { key: { id: 2n }, remote: { a: Infinity, b: Infinity } },
          ],
        });
      },
    ));
});
