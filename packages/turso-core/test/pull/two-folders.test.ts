import { mkdirSync } from 'node:fs';
import path from 'node:path';
import {
  compareDatabases,
  downloadDatabase,
  makeTempDir,
  removeTempDir,
  requireTool,
  startSqld,
  type Sqld,
} from '@turso-sync/testing';
import fc from 'fast-check';
import { contentOf, merge, overlaps, readContent } from '../push/merge.fixture';
import { buildHistory, editHistory, edits, histories } from '../fixtures/random.fixture';
import { ANYTHING } from '../fixtures/project.fixture';
import { loadProject } from '../../src/project/load-project';
import type { Project } from '../../src/project/project';
import { init } from '../../src/commands/init';
import { pull } from '../../src/commands/pull';
import { push } from '../../src/commands/push';

const RUNS = 15;
const LONGER = Number(process.env['TURSO_SYNC_RUNS'] ?? 1);
const SEED = process.env['TURSO_SYNC_SEED'];

(requireTool('sqld') ? test : test.skip)(
  'of edits in two folders, pushed one after the other, all are there and nothing else, or none of the second',
  async () => {
    const seen = { pushed: 0, conflict: 0, nothing: 0, 'dry-run': 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(histories, edits, async (history, others) => {
        const dir = makeTempDir('two-folders-');
        const [base, before, after] = ['base.db', 'before.db', 'after.db'].map((name) =>
          path.join(dir, name),
        ) as [string, string, string];
        buildHistory(base, history);
        const server = await startSqld({ database: base });
        try {
          const [theirs, ours] = [await initIn(dir, 'theirs', server), await initIn(dir, 'ours', server)];
          editHistory(theirs.workingCopy, { ...history, edits: others });
          expect(['pushed', 'nothing']).toContain((await push(theirs)).outcome);
          await downloadDatabase(server, before);
          expect(compareDatabases(before, theirs.workingCopy)).toEqual([]);

          editHistory(ours.workingCopy, history);
          const sides = {
            base: readContent(base),
            mine: readContent(ours.workingCopy),
            theirs: readContent(before),
          };
          const { outcome } = await push(ours);
          seen[outcome]++;
          await downloadDatabase(server, after);
          if (outcome === 'conflict') {
            expect(overlaps(sides)).toBe(true);
            expect(compareDatabases(after, before)).toEqual([]);
            return;
          }
          expect(contentOf(readContent(after))).toEqual(merge(sides));
          for (const project of [ours, theirs]) {
            expect(await pull(project)).toMatchObject({ pending: 0 });
            expect(compareDatabases(after, project.workingCopy)).toEqual([]);
          }
        } finally {
          await server.stop();
          removeTempDir(dir);
        }
      }),
      { numRuns: RUNS * LONGER, ...(SEED === undefined ? {} : { seed: Number(SEED) }) },
    );
    expect(Math.min(seen.pushed, seen.conflict)).toBeGreaterThan(0);
  },
  180_000 * LONGER,
);

async function initIn(dir: string, name: string, { url }: Sqld): Promise<Project> {
  const cwd = path.join(dir, name);
  mkdirSync(cwd);
  const loaded = await loadProject({ cwd, variables: { TURSO_DATABASE_URL: url } });
  const project = { ...loaded, policy: ANYTHING };
  await init(project);
  return project;
}
