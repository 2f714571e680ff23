import path from 'node:path';
import { makeTempDir, buildDatabase } from '@turso-sync/testing';
import { makeProject, type TestProject } from '../../test/fixtures/cli.fixture';

describe('turso-sync diff, looking closer', () => {
  const remote = path.join(makeTempDir(), 'remote.db');
  const url = `file:${remote}`;
  let project: TestProject;

  beforeAll(async () => {
    buildDatabase(
      remote,
      `CREATE TABLE people(id INTEGER PRIMARY KEY, name, score); CREATE TABLE notes(body);
       CREATE TABLE quiet(x);
       INSERT INTO people VALUES (1, 'Ada', 1), (2, 'Bob', 2), (3, 'Cy', NULL), (4, 'Di', x'00');
       INSERT INTO notes VALUES ('first')`,
    );
    project = makeProject({ url });
    expect((await project.run('dump-init')).exit).toBe(0);
    project.edit(`UPDATE people SET name = 'Ada Lovelace', score = 1.0 WHERE id = 1;
      DELETE FROM people WHERE id > 2; INSERT INTO people VALUES (5, 'it''s', NULL);
      INSERT INTO notes VALUES ('${'long '.repeat(30)}')`);
  });

  test('--values shows rows, old and new', async () => {
    const { exit, stdout } = await project.run('diff', '--values');
    expect(exit).toBe(0);
    expect(stdout).toContain(`
notes:
  +  rowid=2  body='long long`);
    expect(stdout).toContain(`
people:
     key   column  old    new
  -  id=3  name='Cy', score=NULL
  -  id=4  name='Di', score=x'00'
  ~  id=1  name    'Ada'  'Ada Lovelace'
           score   1      1.0
  +  id=5  name='it''s', score=NULL
In full: `);
    expect(stdout).not.toContain('long '.repeat(15));
  });

  test('changed definitions are text diffs without any option', async () => {
    project.edit('ALTER TABLE quiet ADD COLUMN y');
    const { stdout } = await project.run('diff');
    expect(stdout).toContain(`
ALTER table quiet
    CREATE TABLE quiet(
      x,
  +   y
    )
In full: `);
    expect(stdout).not.toContain('Ada');
    project.edit('ALTER TABLE quiet DROP COLUMN y');
  });

  test('--save says where the plan is, also if nothing has changed', async () => {
    const told = `\nPlan: ${project.file('plan.json')} (\`turso-sync push --plan\` pushes it)\n`;
    expect((await project.run('diff', '--save', 'plan.json')).stdout).toContain(told);
    expect(await project.json('diff', '--save', 'plan.json')).toMatchObject({
      result: { savedTo: project.file('plan.json') },
    });
    expect(await project.json('diff')).toMatchObject({ result: { savedTo: null } });
    const unchanged = makeProject({ url });
    await unchanged.run('init');
    expect((await unchanged.run('diff', '--save', 'plan.json')).stdout).toMatch(
      /^No changes\.\nPlan: .*plan\.json /,
    );
  });

  test('--table tells of one table, --limit of so many of its rows', async () => {
    const { stdout } = await project.run('diff', '--table', 'People', '--limit', '3');
    expect(stdout).toMatch(/^DELETE people 2 rows\nUPDATE people 1 row\nINSERT people 1 row\nTotal: /);
    expect(stdout).toMatch(/people:\n.*\n {2}- {2}id=3.*\n {2}- .*\n {2}~ .*\n.*\n {2}\.\.\. and 1 more\n/);
    expect(stdout).not.toContain('notes');
    expect((await project.run('diff', '--table', 'quiet', '--values')).stdout).toBe('No changes.\n');
    expect((await project.run('diff', '--table', 'quiet', '--exit-code')).exit).toBe(0);
    expect((await project.run('diff', '--table', 'notes', '--exit-code')).exit).toBe(2);
  });

  test('FORCE_COLOR paints the rows, and nothing else can', async () => {
    const run = (env: Record<string, string>): Promise<{ stdout: string }> =>
      project.start(['diff', '--values'], { env }).ended;
    expect((await run({ FORCE_COLOR: '1' })).stdout).toContain(
      "\x1b[31m  -  id=3  name='Cy', score=NULL\x1b[39m\n",
    );
    expect((await run({})).stdout).not.toContain('\x1b');
    expect((await run({ FORCE_COLOR: '0' })).stdout).not.toContain('\x1b');
  });

  test('--json has the rows, every value with its storage class', async () => {
    const { result } = await project.json('diff', '--table', 'people', '--values');
    expect(result).toMatchObject({
      changes: { total: { delete: 2, update: 1, insert: 1 } },
      rows: [
        { kind: 'delete', key: { id: 3 }, columns: [], new: null },
        { kind: 'delete', old: { score: { blob: 'AA==' } } },
        {
          table: 'people',
          kind: 'update',
          key: { id: 1 },
          columns: ['name', 'score'],
          old: { id: 1, name: 'Ada', score: 1 },
          new: { score: { real: '1' } },
        },
        { kind: 'insert', old: null, new: { id: 5, name: "it's", score: null } },
      ],
    });
    expect((await project.json('diff')).result).not.toHaveProperty('rows');
  });

  test('a table that does not exist, and a limit that is no number, are refused', async () => {
    const run = await project.run('diff', '--table', 'peple');
    expect(run).toMatchObject({ exit: 1, stdout: '' });
    expect(run.stderr).toMatch(/^TABLE_NOT_FOUND: .*"peple"\.\n {2}Did you mean "people"\?\n$/);
    expect((await project.run('diff', '--limit', 'all')).exit).toBe(1);
  });
});
