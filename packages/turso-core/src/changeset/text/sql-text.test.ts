import { execFileSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildDatabase,
  compareDatabases,
  editDatabase,
  loadCases,
  makeTempDir,
  removeTempDir,
  requireTool,
  sqlite3Path,
} from '@turso-sync/testing';
import fc from 'fast-check';
import { withDiff } from '../diff';
import { MANY_ROWS } from '../../../test/fixtures/many-rows.fixture';
import { schemaHistories, takeSteps } from '../../../test/fixtures/random-schema.fixture';
import { buildHistory, editHistory, histories } from '../../../test/fixtures/random.fixture';
import { SCHEMA_EDITS } from '../../../test/fixtures/schema-edits.fixture';
import { VIRTUAL_EDITS } from '../../../test/fixtures/virtual-edits.fixture';
import { changesetSql } from './sql-text';

const withShell = requireTool('sqlite3') ? describe : describe.skip;

withShell('the stock sqlite3 shell makes the working copy out of the base by diff.sql', () => {
  test.each(loadCases('push'))('$name: $description', async ({ base, edit }) => {
    const differences = await replay(
      (file) => buildDatabase(file, base),
      (file) => editDatabase(file, edit),
    );
    expect(differences).toEqual([]);
  });

  test('whatever the edits', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        const differences = await replay(
          (file) => buildHistory(file, history),
          (file) => editHistory(file, history),
        );
        expect(differences).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  test.each(SCHEMA_EDITS)('%s', async (_, base, edit) => {
    const differences = await replay(
      (file) => buildDatabase(file, base),
      (file) => editDatabase(file, edit),
    );
    expect(differences).toEqual([]);
  });

  test.each([
    ['added', MANY_ROWS.base, MANY_ROWS.edit],
    [
      'changed',
      `${MANY_ROWS.base}${MANY_ROWS.edit}`,
      `UPDATE alias SET v = t, r = r / 3; UPDATE hidden SET v = NULL, r = 1 WHERE rowid % 2; UPDATE w SET v = k`,
    ],
    [
      'deleted, all of them or some',
      `${MANY_ROWS.base}${MANY_ROWS.edit}`,
      `DELETE FROM alias; DELETE FROM hidden WHERE rowid % 3; DELETE FROM w WHERE k BETWEEN 100 AND 6000`,
    ],
  ])('thousands of rows %s', async (_, base, edit) => {
    const differences = await replay(
      (file) => buildDatabase(file, base),
      (file) => editDatabase(file, edit),
    );
    expect(differences).toEqual([]);
  });

  test('whatever the changes of definitions', async () => {
    await fc.assert(
      fc.asyncProperty(schemaHistories, async ({ base, edits }) => {
        const differences = await replay(
          (file) => takeSteps(file, base),
          (file) => takeSteps(file, edits),
        );
        // If several keys cannot be checked, SQLite names one of them, and not always the same.
        expect(differences.filter((line) => !line.includes('foreign key mismatch'))).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  test.each([
    ['a comment at the end of a view', 'CREATE VIEW v AS SELECT 1 -- one\n;'],
    ['a comment at the end of an index', 'CREATE INDEX i ON t(v) WHERE v > 1 -- big\n;'],
    ['a text that looks like a comment', `CREATE VIEW v AS SELECT '-- one'; INSERT INTO t VALUES(9, '/* ');`],
    [
      'a trigger that would fire',
      'CREATE TRIGGER x AFTER INSERT ON t BEGIN DELETE FROM t; END; PRAGMA recursive_triggers=OFF',
    ],
  ])('after %s', async (_, edit) => {
    const base = 'CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES(1, 1);';
    const differences = await replay(
      (file) => buildDatabase(file, base),
      (file) => editDatabase(file, `INSERT INTO t VALUES(2, 2); ${edit}`),
    );
    expect(differences).toEqual([]);
  });
});

// With the SQLite of turso-core: the shell of the system may lack a module, or a setting.
test.each(Object.entries(VIRTUAL_EDITS))(
  'diff.sql has all of virtual tables: %s',
  async (_, { base, edit }) => {
    const differences = await replay(
      (file) => buildDatabase(file, base),
      (file) => editDatabase(file, edit),
      editDatabase,
    );
    expect(differences).toEqual([]);
  },
);

function runShell(file: string, sql: string): void {
  execFileSync(sqlite3Path() ?? '', ['-bail', file], { input: sql });
}

/** Returns the differences between the working copy and a copy of the base after a run of diff.sql. */
async function replay(
  build: (file: string) => void,
  edit: (file: string) => void,
  run: (file: string, sql: string) => void = runShell,
): Promise<string[]> {
  const dir = makeTempDir('sql-text-');
  try {
    const [base, work, replayed] = [join(dir, 'base.db'), join(dir, 'work.db'), join(dir, 'replayed.db')];
    build(base);
    copyFileSync(base, work);
    copyFileSync(base, replayed);
    edit(work);
    const sql = await withDiff(base, work, (changeset) => [...changesetSql(changeset)].join(''));
    run(replayed, sql);
    return compareDatabases(replayed, work);
  } finally {
    removeTempDir(dir);
  }
}
