import { readdirSync } from 'node:fs';
import { compareDatabases, makeTempDir } from '@turso-sync/testing';
import { prepareMerge } from '../../src/apply/merge-schema/prepare-merge';
import { init } from '../../src/commands/init';
import { pull } from '../../src/commands/pull';
import { push } from '../../src/commands/push';
import { undo } from '../../src/commands/undo';
import { verify } from '../../src/commands/verify';
import { conflictText } from '../../src/report/conflict-text';
import { BASE, OUR_CHANGES, OUR_ROWS, THEIR_CHANGES } from '../fixtures/definitions.fixture';
import { makeFileProject, type FileProject } from '../fixtures/project.fixture';

async function begin(ours: string, theirs: string): Promise<FileProject> {
  const at = await makeFileProject(BASE);
  await init(at.project);
  at.edit(ours);
  at.editRemote(theirs);
  return at;
}

/** Pulls, pushes what is left, and expects both sides to be equal. */
async function expectMerged({ project, remote }: FileProject): Promise<void> {
  const { pending, ...pulled } = await pull(project);
  expect(pulled).toMatchObject({ outcome: 'pulled', conflicts: [] });
  const outcome = pending === 0 ? 'nothing' : 'pushed';
  expect(await push(project)).toMatchObject({ outcome, conflicts: [] });
  expect(compareDatabases(remote, project.workingCopy)).toEqual([]);
}

const names = <T extends object>(of: T): (keyof T & string)[] => Object.keys(of) as (keyof T & string)[];

describe.each(names(THEIR_CHANGES))('where they %s', (theirs) => {
  const table = theirs.includes('rename the table') ? 'things' : 't';
  const title = theirs.includes('others use') ? 'title' : 'a';
  const amount = theirs.includes('and a column') ? 'amount' : 'b';

  test('and we change its rows, a pull and a push go through', async () => {
    const at = await begin(OUR_ROWS['change its rows'], THEIR_CHANGES[theirs]);
    await expectMerged(at);
    expect(at.queryRemote(`SELECT id, ${title}, ${amount} FROM ${table} ORDER BY id`)).toEqual(
      [
        [1, 'ONE', 1],
        [2, 'two', 22],
        [3, 'three', 3],
        [11, 'eleven', 11],
      ].map(([id, a, b]) => [id, a, theirs === 'change a type' ? String(b) : b]),
    );
  });

  test('and we change rows elsewhere, a pull and a push go through', async () => {
    const at = await begin(OUR_ROWS['change rows elsewhere'], THEIR_CHANGES[theirs]);
    await expectMerged(at);
    expect(at.queryRemote(`SELECT note FROM child`)).toEqual([['first'], ['second']]);
    expect(await verify(at.project)).toMatchObject({ outcome: 'equal' });
  });

  test('and we change definitions as well, a pull and a push go through, and can be undone', async () => {
    const ours = Object.values(OUR_CHANGES).join(';');
    const at = await begin(`${OUR_ROWS['change its rows']}; ${ours}`, THEIR_CHANGES[theirs]);
    await expectMerged(at);
    const objects = at.queryRemote('SELECT name FROM sqlite_schema').flat();
    expect(objects).toEqual(expect.arrayContaining(['mine', 'children', 'my_index', 'my_view', 'my_table']));
    expect(at.queryRemote(`SELECT id, mine, filled FROM ${table} ORDER BY id`)).toEqual([
      [1, 'm', 'm1'],
      [2, 'm', 'm2'],
      [3, 'm', 'm3'],
      [11, 'm', 'm11'],
    ]);
    const { remote } = await makeFileProject(`${BASE}; ${THEIR_CHANGES[theirs]}`);
    expect(await undo(at.project)).toMatchObject({ outcome: 'undone' });
    if (!THEIR_CHANGES[theirs].includes('random')) expect(compareDatabases(at.remote, remote)).toEqual([]);
  });
});

test('a push stops, and says that a pull merges definitions', async () => {
  const at = await begin(OUR_ROWS['change its rows'], THEIR_CHANGES['add a column']);
  const result = await push(at.project);
  expect(result).toMatchObject({
    outcome: 'conflict',
    conflicts: [
      {
        kind: 'schema',
        definition: {
          type: 'table',
          name: 't',
          old: 'CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, b INT, c)',
          remote: 'CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, b INT, c, d)',
        },
      },
    ],
  });
  expect(conflictText(result.conflicts, 'x', 'push')).toContain('turso-sync pull');
  await expectMerged(at);
});

test('where they change rows only, no copies are made for definitions', async () => {
  const at = await begin(OUR_CHANGES['add a column'], `UPDATE t SET c = 'theirs'`);
  const directory = makeTempDir();
  const files = { base: at.project.files.base.database, ours: at.project.workingCopy, theirs: at.remote };
  const job = { files, directory, onConflict: 'fail', movedRowids: new Set<string>() } as const;
  expect(prepareMerge(job)).toBeNull();
  expect(readdirSync(directory)).toEqual([]);
});
