import { SCHEMA_EDITS } from '../changeset/schema-edits.fixture';
import { play } from './scene.fixture';
import { ADAPTERS } from './served.fixture';

describe.each(ADAPTERS)('changed definitions arrive over %s', (_, serve) => {
  test.each(SCHEMA_EDITS)('%s', (_name, base, edit) =>
    play(serve, { base, edit }, async (scene) => {
      expect(await scene.push()).toMatchObject({ status: 'applied', attempts: 1 });
      expect(await scene.differences()).toEqual([]);
      // As where the answer was lost: it finds everything there.
      expect(await scene.push()).toMatchObject({ status: 'applied' });
      expect(await scene.differences()).toEqual([]);
    }),
  );
});
