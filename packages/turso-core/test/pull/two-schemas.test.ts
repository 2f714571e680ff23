import { mkdirSync } from 'node:fs';
import path from 'node:path';
import {
  buildDatabase,
  compareDatabases,
  downloadDatabase,
  editDatabase,
  makeTempDir,
  requireTool,
  startSqld,
  type Sqld,
} from '@turso-sync/testing';
import { init } from '../../src/commands/init';
import { pull } from '../../src/commands/pull';
import { push } from '../../src/commands/push';
import { verify } from '../../src/commands/verify';
import { ANYTHING } from '../fixtures/project.fixture';
import { loadProject } from '../../src/project/load-project';
import type { Project } from '../../src/project/project';
import { BASE, OUR_CHANGES, OUR_ROWS, THEIR_CHANGES } from '../fixtures/definitions.fixture';

(requireTool('sqld') ? test : test.skip).each([
  'add a column with a default',
  'drop a column',
  'rename the table and a column',
  'add a rule',
  'change a trigger',
] as const)(
  'where someone else pushed to a server: %s, a pull and a push of ours go through',
  async (theirs) => {
    const dir = makeTempDir('two-schemas-');
    const base = path.join(dir, 'base.db');
    buildDatabase(base, BASE);
    const server = await startSqld({ database: base });
    try {
      const [mine, other] = [await initIn(dir, 'mine', server), await initIn(dir, 'other', server)];
      editDatabase(other.workingCopy, THEIR_CHANGES[theirs]);
      expect(await push(other)).toMatchObject({ outcome: 'pushed' });
      editDatabase(mine.workingCopy, [OUR_ROWS['change its rows'], ...Object.values(OUR_CHANGES)].join(';'));
      expect(await push(mine)).toMatchObject({ outcome: 'conflict' });
      expect(await pull(mine)).toMatchObject({ outcome: 'pulled', conflicts: [] });
      expect(await push(mine)).toMatchObject({ outcome: 'pushed', conflicts: [] });
      expect(await verify(mine)).toMatchObject({ outcome: 'equal' });
      const after = path.join(dir, 'after.db');
      await downloadDatabase(server, after);
      expect(compareDatabases(after, mine.workingCopy)).toEqual([]);
      expect(await pull(other)).toMatchObject({ outcome: 'pulled' });
      expect(compareDatabases(after, other.workingCopy)).toEqual([]);
    } finally {
      await server.stop();
    }
  },
);

async function initIn(dir: string, name: string, server: Sqld): Promise<Project> {
  const cwd = path.join(dir, name);
  mkdirSync(cwd);
  const loaded = await loadProject({ cwd, variables: { TURSO_DATABASE_URL: server.url } });
  const project = { ...loaded, policy: ANYTHING };
  await init(project);
  return project;
}
