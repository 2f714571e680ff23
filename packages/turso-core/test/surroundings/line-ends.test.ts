import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeTempDir, writeFiles } from '@turso-sync/testing';
import { diff } from '../../src/commands/diff';
import { init } from '../../src/commands/init';
import { push } from '../../src/commands/push';
import { openPlan } from '../../src/plan/open-plan';
import { loadProject } from '../../src/project/load-project';
import { makeFileProject } from '../fixtures/project.fixture';

/** A text as editors on Windows save it: a byte order mark, and lines that end with CR and LF. */
const asOnWindows = (text: string): string => `\ufeff${text.replaceAll('\n', '\r\n')}`;

test.each([
  ['turso-sync.config.json', '{\n  "workingCopy": "copy.db"\n}\n'],
  ['package.json', '{\n  "turso-sync": {\n    "workingCopy": "copy.db"\n  }\n}\n'],
  ['turso-sync.config.yaml', '# Ours\nworkingCopy: copy.db\n'],
  ['.turso-syncrc', 'workingCopy: copy.db\n'],
  ['.turso-syncrc.json', '{\n  "workingCopy": "copy.db"\n}\n'],
  ['turso-sync.config.ts', 'export default {\n  // Ours\n  workingCopy: "copy.db" as string,\n};\n'],
])('%s is read as editors on Windows save it', async (name, text) => {
  const cwd = makeTempDir();
  writeFiles(cwd, { [name]: asOnWindows(text) });
  expect((await loadProject({ cwd })).workingCopy).toBe(path.join(cwd, 'copy.db'));
});

test.each(['turso-sync.config.yaml', '.turso-syncrc'])('%s may have only a comment', async (name) => {
  const cwd = makeTempDir();
  writeFiles(cwd, { [name]: asOnWindows('# None\n') });
  expect((await loadProject({ cwd })).workingCopy).toBe(path.join(cwd, 'working_copy.db'));
});

test('a plan is the same after git has converted its lines, also beside values with ends of lines', async () => {
  const scene = await makeFileProject(
    "CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c'); CREATE TABLE u(v); INSERT INTO u VALUES (1)",
  );
  const { project } = scene;
  await init(project);
  scene.edit(
    "DELETE FROM t WHERE id = 2; INSERT INTO t VALUES (4, 'x\ny'), (5, 'x' || char(13, 10) || 'y'); INSERT INTO u VALUES (1)",
  );
  const plan = path.join(makeTempDir(), 'plan.json');
  await diff(project, { save: plan });
  const rows = await rowsOf(plan);
  writeFileSync(plan, readFileSync(plan, 'utf8').replaceAll('\n', '\r\n'));
  expect(await rowsOf(plan)).toEqual(rows);
  expect(await push(project, { plan })).toMatchObject({ outcome: 'pushed' });
  expect(scene.queryRemote('SELECT id, hex(v) FROM t WHERE id <> 3 ORDER BY id')).toEqual([
    [1, '61'],
    [4, '780A79'],
    [5, '780D0A79'],
  ]);
  expect(scene.queryRemote('SELECT v FROM u')).toEqual([[1], [1]]);
});

async function rowsOf(plan: string): Promise<unknown[]> {
  const rows: unknown[] = [];
  for await (const row of openPlan(plan).rows()) rows.push(row);
  return rows;
}
