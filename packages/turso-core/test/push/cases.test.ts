import { editDatabase, loadCases } from '@turso-sync/testing';
import type { Conflict } from '../../src/apply/conflict';
import { play } from './scene.fixture';
import { ADAPTERS } from './served.fixture';

const push = loadCases('push');
const drift = loadCases('drift');

describe.each(ADAPTERS)('pushes over %s', (_, serve) => {
  test.each(push)('$name: $description', (story) =>
    play(serve, story, async (scene) => {
      expect(await scene.push()).toMatchObject({ outcome: 'applied', alreadyThere: 0, attempts: 1 });
      expect(await scene.differences()).toEqual([]);
    }),
  );
});

/** Of each case with a conflict, all conflicts. The other cases are clean. */
const CONFLICTS: Record<string, Partial<Conflict>[]> = {
  '82-drift-same-cell': [
    {
      kind: 'update/update',
      table: 't',
      key: { id: 1n },
      columns: ['a'],
      old: { id: 1n, a: 'a', b: 'b' },
      local: { id: 1n, a: 'local', b: 'b' },
      remote: { id: 1n, a: 'remote', b: 'b' },
    },
  ],
  '83-drift-update-deleted': [
    {
      kind: 'update/delete',
      table: 't',
      key: { id: 1n },
      columns: ['a'],
      old: { id: 1n, a: 'a' },
      local: { id: 1n, a: 'local' },
      remote: null,
    },
  ],
  '85-drift-insert-insert': [
    {
      kind: 'insert/insert',
      table: 't',
      key: { id: 3n },
      columns: ['a'],
      old: null,
      local: { id: 3n, a: 'local' },
      remote: { id: 3n, a: 'remote' },
    },
  ],
  '87-drift-remote-schema': [
    { kind: 'schema', table: 't', key: null, message: expect.stringContaining('"t"') as string },
  ],
  '89-drift-parent-gone': [
    {
      kind: 'foreign key',
      table: 'c',
      key: { id: 2n },
      old: null,
      local: { id: 2n, p: 2n },
      remote: null,
      message: expect.stringContaining('"p"') as string,
    },
  ],
};

describe.each(ADAPTERS)('a remote that has moved, over %s', (_, serve) => {
  test.each(drift)('$name: $description', (story) =>
    play(serve, story, async (scene) => {
      const expected = CONFLICTS[story.name];
      expect(story.description).toMatch(expected === undefined ? /^expect: clean/ : /^expect: conflict/);
      const before = await scene.bytes();
      const result = await scene.push();
      if (expected === undefined) {
        expect(result).toMatchObject({ outcome: 'applied' });
        // What the remote changed meanwhile is in none of the pushed rows.
        editDatabase(scene.work, story.remote ?? '');
        expect(await scene.differences()).toEqual([]);
      } else {
        expect(result).toEqual({
          outcome: 'conflict',
          conflicts: expected.map((c) => expect.objectContaining(c) as unknown),
        });
        expect(await scene.bytes()).toEqual(before);
      }
    }),
  );
});
