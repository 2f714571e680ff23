import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync } from 'node:fs';
import path from 'node:path';
import {
  compareDatabases,
  downloadDatabase,
  makeTempDir,
  removeTempDir,
  requireTool,
  sqlite3Path,
  startSqld,
} from '@turso-sync/testing';
import fc from 'fast-check';
import { buildHistory, editHistory, edits, histories } from '../fixtures/random.fixture';
import { ANYTHING } from '../fixtures/project.fixture';
import { loadProject } from '../../src/project/load-project';
import type { Project } from '../../src/project/project';
import { diff } from '../../src/commands/diff';
import { dump } from '../../src/commands/dump';
import { init } from '../../src/commands/init';
import { pull } from '../../src/commands/pull';
import { push } from '../../src/commands/push';
import type { SavedFor } from '../../src/plan/plan';
import { undo } from '../../src/commands/undo';

/** How many times longer than in CI this runs; a failure prints its seed, which TURSO_SYNC_SEED takes. */
const LONGER = Number(process.env['TURSO_SYNC_RUNS'] ?? 1);
const SEED = process.env['TURSO_SYNC_SEED'];

const runs = (count: number): fc.Parameters<unknown> => ({
  numRuns: count * LONGER,
  ...(SEED === undefined ? {} : { seed: Number(SEED) }),
});

/** Where a remote is, and how to see and change it. */
interface Place {
  readonly url: string;
  download(file: string): Promise<void>;
  /** Lets someone else do to it what a function does to a file. */
  change(work: (file: string) => void): Promise<void>;
  stop(): Promise<void>;
}

async function servedByFile(database: string): Promise<Place> {
  return Promise.resolve({
    url: `file:${database}`,
    async download(file) {
      copyFileSync(database, file);
      return Promise.resolve();
    },
    async change(work) {
      work(database);
      return Promise.resolve();
    },
    stop: () => Promise.resolve(),
  });
}

async function servedBySqld(database: string): Promise<Place> {
  const sqld = await startSqld({ database });
  const download = (file: string): Promise<void> => downloadDatabase(sqld, file);
  return {
    url: sqld.url,
    download,
    // By another machine, so that it is done to the bit.
    async change(work) {
      const variables = { TURSO_DATABASE_URL: sqld.url };
      const loaded = await loadProject({ cwd: makeTempDir('other-'), variables });
      const other = { ...loaded, policy: ANYTHING };
      await init(other);
      work(other.workingCopy);
      await push(other);
      removeTempDir(other.directory);
    },
    stop: () => sqld.stop(),
  };
}

const PLACES = [
  ['a file', servedByFile, 40],
  ...(requireTool('sqld') ? ([['sqld', servedBySqld, 12]] as const) : []),
] as const;

interface Scene {
  readonly project: Project;
  readonly place: Place;
  /** The remote as it was at first. */
  readonly base: string;
  /** What is different between the remote and a database, but for some tables. */
  readonly differences: (database: string, ignoreTables?: readonly string[]) => Promise<string[]>;
}

type History = Parameters<typeof buildHistory>[1];

async function play(
  serve: (database: string) => Promise<Place>,
  history: History,
  test: (scene: Scene) => Promise<void>,
): Promise<void> {
  const dir = makeTempDir('property-');
  const [base, remote] = [path.join(dir, 'base.db'), path.join(dir, 'remote.db')];
  buildHistory(base, history);
  copyFileSync(base, remote);
  const place = await serve(remote);
  try {
    const variables = { TURSO_DATABASE_URL: place.url };
    const loaded = await loadProject({ cwd: makeTempDir('project-'), variables });
    const project = { ...loaded, policy: ANYTHING };
    await init(project);
    await test({
      project,
      place,
      base,
      async differences(database, ignoreTables = []) {
        const now = path.join(dir, 'now.db');
        await place.download(now);
        return compareDatabases(now, database, { ignoreTables });
      },
    });
    removeTempDir(project.directory);
  } finally {
    await place.stop();
    removeTempDir(dir);
  }
}

describe.each(PLACES)('on %s', (_, serve, count) => {
  test('a push of any edit that is undone leaves the remote as it was; undone again, as the working copy', () =>
    fc.assert(
      fc.asyncProperty(histories, (history) =>
        play(serve, history, async ({ project, base, differences }) => {
          editHistory(project.workingCopy, history);
          if ((await push(project)).outcome === 'nothing') return;
          expect(await undo(project)).toMatchObject({ outcome: 'undone' });
          expect(await differences(base)).toEqual([]);
          expect(await undo(project)).toMatchObject({ outcome: 'undone' });
          expect(await differences(project.workingCopy)).toEqual([]);
        }),
      ),
      runs(count),
    ));

  test('a saved plan of any edit does what a push would have done', () =>
    fc.assert(
      fc.asyncProperty(histories, (history) =>
        play(serve, history, async ({ project, differences }) => {
          editHistory(project.workingCopy, history);
          const [plan, work] = ['plan.json', 'work.db'].map((name) => path.join(project.directory, name)) as [
            string,
            string,
          ];
          await diff(project, { save: plan });
          copyFileSync(project.workingCopy, work);
          copyFileSync(project.files.base.database, project.workingCopy);
          const { receipt } = (JSON.parse(readFileSync(plan, 'utf8')) as { saved: SavedFor }).saved;
          // Its receipt stays, so that it is pushed once only.
          const left = receipt === null ? [] : [receipt];
          for (const _again of [1, 2]) {
            await push(project, { plan });
            expect(await differences(work, left)).toEqual([]);
          }
        }),
      ),
      runs(count),
    ));

  test('a pull brings any edit of others; with edits of both sides, a push then makes both equal', () =>
    fc.assert(
      fc.asyncProperty(histories, edits, fc.boolean(), (history, others, both) =>
        play(serve, history, async ({ project, place, differences }) => {
          await place.change((file) => editHistory(file, { ...history, edits: others }));
          if (both) editHistory(project.workingCopy, history);
          const before = readFileSync(project.workingCopy);
          const result = await pull(project).catch((error: unknown) => {
            // What cannot be pushed cannot be pulled, and is refused likewise.
            expect(error).toMatchObject({ code: 'UNSUPPORTED_CHANGE' });
            return { outcome: 'conflict' };
          });
          if (result.outcome === 'conflict') {
            expect(readFileSync(project.workingCopy).equals(before)).toBe(true);
            return;
          }
          if (both) await push(project);
          expect(await differences(project.workingCopy)).toEqual([]);
        }),
      ),
      runs(count),
    ));
});

const testWithShell = requireTool('sqlite3') ? test : test.skip;

testWithShell('a dump of any database restores it', () =>
  fc.assert(
    fc.asyncProperty(histories, (history) =>
      play(servedByFile, history, async ({ project }) => {
        editHistory(project.workingCopy, history);
        for (const [of, file] of [
          ['base', project.files.base.database],
          ['working-copy', project.workingCopy],
          ['remote', connectedFile(project)],
        ] as const) {
          const sql = path.join(project.directory, 'dump.sql');
          await dump(project, { of, to: sql });
          const restored = path.join(makeTempDir('restored-'), 'restored.db');
          execFileSync(sqlite3Path() ?? '', [restored], { input: readFileSync(sql) });
          expect(compareDatabases(restored, file)).toEqual([]);
          removeTempDir(path.dirname(restored));
        }
      }),
    ),
    runs(20),
  ),
);

function connectedFile(project: Project): string {
  const address = project.address();
  return address.kind === 'file' ? address.file : '';
}
