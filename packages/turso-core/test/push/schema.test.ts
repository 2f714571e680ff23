import { SCHEMA_EDITS } from '../fixtures/schema-edits.fixture';
import { expectArrivesOnce, play } from './scene.fixture';
import { ADAPTERS } from './served.fixture';

describe.each(ADAPTERS)('changed definitions arrive over %s', (_, serve) => {
  test.each(SCHEMA_EDITS)('%s', (_name, base, edit) => play(serve, { base, edit }, expectArrivesOnce));

  test.each([
    ['page size', 'PRAGMA page_size = 8192; VACUUM'],
    ['auto_vacuum', 'PRAGMA auto_vacuum = FULL; VACUUM'],
    ['journal', 'PRAGMA journal_mode = WAL'],
  ])('from a working copy of another %s', (_name, edit) =>
    play(serve, { base: ORDERS, edit: `${edit}; ${MIGRATION}` }, async (scene) => {
      expect(await scene.push()).toMatchObject({ outcome: 'applied', attempts: 1 });
      expect(await scene.differences()).toEqual([]);
    }),
  );

  test('of many tables at once', () => {
    const all = (sql: (name: string) => string): string =>
      Array.from({ length: 200 }, (_, i) => sql(`"t ${i}"`)).join(';');
    const base = all(
      (t) => `CREATE TABLE ${t}(id INTEGER PRIMARY KEY, a, b); INSERT INTO ${t} VALUES(1, 2, 3)`,
    );
    const edit = all((t) => `ALTER TABLE ${t} DROP COLUMN a`);
    return play(serve, { base: `BEGIN; ${base}; COMMIT`, edit: `BEGIN; ${edit}; COMMIT` }, async (scene) => {
      expect(await scene.push()).toMatchObject({ outcome: 'applied', attempts: 1 });
      expect(await scene.differences()).toEqual([]);
    });
  });
});

const ORDERS = 'CREATE TABLE t(id INTEGER PRIMARY KEY, a, b); INSERT INTO t VALUES(1, 2, 3), (7, 8, 9)';
const MIGRATION = 'ALTER TABLE t DROP COLUMN a; ALTER TABLE t RENAME TO u; UPDATE u SET b = 5 WHERE id = 7';
