import { readdirSync, readFileSync } from 'node:fs';
import { init } from '../../src/commands/init';
import { makeFileProject } from '../fixtures/project.fixture';
import { push } from '../../src/commands/push';

/** Edits of sqlite_schema, after which no statement gives the text that stands there. */
const rewrite = (name: string, sql: string): string =>
  `PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = '${sql}' WHERE name = '${name}'`;

describe('a change of definitions that would not come out as it is in the working copy', () => {
  test.each([
    ['a table', 'CREATE TABLE t(a)', rewrite('t', 'create table t(a, b)'), /"t".*create table t\(a, b\)/],
    [
      'an index',
      'CREATE TABLE t(a)',
      `CREATE INDEX i ON t(a); ${rewrite('i', 'create index i on t(a)')}`,
      /rehearsal.*index "i"/,
    ],
    [
      'an index that calls a function which is not there',
      'CREATE TABLE t(a)',
      `CREATE INDEX i ON t(a); ${rewrite('i', 'CREATE INDEX i ON t(lacking(a))')}`,
      /lacking/,
    ],
  ])('is refused, and nothing is sent: %s', async (_, sql, edit, message) => {
    const scene = await makeFileProject(sql);
    const { project, remote } = scene;
    await init(project);
    scene.edit(edit);
    const before = [readFileSync(remote), readFileSync(project.files.base.database)];
    for (const dryRun of [true, false]) {
      await expect(push(project, { dryRun })).rejects.toMatchObject({
        code: 'UNSUPPORTED_CHANGE',
        message: expect.stringMatching(message) as string,
        hint: expect.stringContaining('Nothing was sent.') as string,
      });
    }
    expect([readFileSync(remote), readFileSync(project.files.base.database)]).toEqual(before);
  });
});

test('a rehearsal leaves nothing behind', async () => {
  const scene = await makeFileProject('CREATE TABLE t(a NOT NULL, b); INSERT INTO t VALUES(1, 2)');
  const { project } = scene;
  await init(project);
  const files = (): string[] => readdirSync(project.files.directory, { recursive: true }) as string[];
  const before = files();
  scene.edit('ALTER TABLE t DROP COLUMN b; ALTER TABLE t RENAME TO u; CREATE VIEW v AS SELECT * FROM u');
  expect(await push(project, { allow: ['dropTable:t'] })).toMatchObject({ outcome: 'pushed' });
  // What a push leaves, whether it was rehearsed or not.
  const isLeft = /^default.(diff\.sql|changes\.json|pushes.*|base.origin\.db)$/;
  expect(files().filter((name) => !before.includes(name) && !isLeft.test(name))).toEqual([]);
  expect(await push(project)).toMatchObject({ outcome: 'nothing' });
});
