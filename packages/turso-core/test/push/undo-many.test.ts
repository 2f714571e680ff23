import { copyFileSync } from 'node:fs';
import path from 'node:path';
import { compareDatabases, makeTempDir } from '@turso-sync/testing';
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
      expect(await undo(at.project)).toMatchObject({ status: 'undone' });
      expect(compareDatabases(at.remote, before)).toEqual([]);
      expect(compareDatabases(at.project.workingCopy, before)).toEqual([]);
      expect(await push(at.project, { plan, allow })).toMatchObject({ status: 'pushed' });
    },
  );
});
