import { copyFileSync } from 'node:fs';
import path from 'node:path';
import { buildDatabase, compareDatabases, makeTempDir } from '@turso-sync/testing';
import { diff } from '../../src/commands/diff';
import { init } from '../../src/commands/init';
import { push } from '../../src/commands/push';
import { undo } from '../../src/commands/undo';
import { makeFileProject } from '../fixtures/project.fixture';

const TABLES = {
  'an INTEGER PRIMARY KEY': 't(k INTEGER PRIMARY KEY, v, w)',
  'a text key': 't(k TEXT PRIMARY KEY, v, w)',
  'no key': 't(k, v, w)',
  'a key and no rowid': 't(k TEXT PRIMARY KEY, v, w) WITHOUT ROWID',
};

const NUMBERS = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000)';

const EDITS = {
  updates: "UPDATE t SET v = v || ' changed', w = w * 2",
  'updates of all kinds': `UPDATE t SET w = iif(k % 2, w, -w), v = CASE k % 7 WHEN 1 THEN x'00' WHEN 2 THEN -0.0 WHEN 3 THEN 9e999
    WHEN 4 THEN CAST(x'ff' AS TEXT) WHEN 5 THEN NULL WHEN 6 THEN v ELSE v || '!' END`,
  deletions: 'DELETE FROM t',
  insertions: `${NUMBERS} INSERT INTO t SELECT 10000 + i, 'line' || char(10) || i, 0.1 * i FROM n`,
};

// SQLite itself renders rows of a kind as text where they are many.
describe.each(Object.entries(TABLES))('in a table with %s', (_, table) => {
  test.each(Object.entries(EDITS))(
    'a push of many %s is undone, and carried out as a plan',
    async (__, edit) => {
      const at = await makeFileProject(
        `CREATE TABLE ${table}; ${NUMBERS} INSERT INTO t SELECT i, 'line' || char(10) || i, 0.1 * i FROM n`,
      );
      const folder = makeTempDir();
      const [before, plan] = [path.join(folder, 'before.db'), path.join(folder, 'plan.json')];
      copyFileSync(at.remote, before);
      await init(at.project);
      at.edit(edit);
      await diff(at.project, { save: plan });
      const allow = ['deleteAllRows'];
      await push(at.project, { allow });
      expect(await undo(at.project)).toMatchObject({ outcome: 'undone' });
      expect(compareDatabases(at.remote, before)).toEqual([]);
      expect(compareDatabases(at.project.workingCopy, before)).toEqual([]);
      expect(await push(at.project, { plan, allow })).toMatchObject({ outcome: 'pushed' });
    },
  );
});

const KEYED = Object.entries(TABLES).filter(([what]) => what !== 'no key');

describe.each(KEYED)('of many updates in a table with %s', (_, table) => {
  const story = async (): Promise<Awaited<ReturnType<typeof makeFileProject>>> => {
    const at = await makeFileProject(
      `CREATE TABLE ${table}; ${NUMBERS} INSERT INTO t SELECT i, 'line ' || i, i FROM n`,
    );
    await init(at.project);
    at.edit("UPDATE t SET v = v || ' changed'");
    await push(at.project);
    return at;
  };

  test('an earlier push is undone, and what later ones changed in other columns stays', async () => {
    const at = await story();
    at.edit('UPDATE t SET w = -w');
    await push(at.project);
    expect(await undo(at.project, { push: 1 })).toMatchObject({ outcome: 'undone' });
    const expected = path.join(makeTempDir(), 'expected.db');
    buildDatabase(
      expected,
      `CREATE TABLE ${table}; ${NUMBERS} INSERT INTO t SELECT i, 'line ' || i, -i FROM n`,
    );
    expect(compareDatabases(at.remote, expected)).toEqual([]);
  });

  test('none is undone if a later push changed one of the rows in the same column', async () => {
    const at = await story();
    at.edit("UPDATE t SET v = 'later' WHERE k = 77; DELETE FROM t WHERE k = 78");
    await push(at.project);
    await expect(undo(at.project, { push: 1 })).rejects.toMatchObject({ code: 'UNDO_IMPOSSIBLE' });
    expect(compareDatabases(at.remote, at.project.workingCopy)).toEqual([]);
  });
});
