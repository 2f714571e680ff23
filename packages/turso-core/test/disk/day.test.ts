import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import {
  buildDatabase,
  compareDatabases,
  execOn,
  makeTempDir,
  requireTool,
  startSqld,
  type Sqld,
} from '@turso-sync/testing';
import Database from 'better-sqlite3';
import { blobs } from '../fixtures/blobs.fixture';
import { makeProject, type TestProject } from '../fixtures/cli.fixture';

/** What the state folder may take, in databases: more by a little, for what was changed. */
const BUDGETS = [
  [true, 3.1],
  [false, 2.1],
] as const;

const MEGABYTES = 12;

(requireTool('sqld') ? test : test.skip).each(BUDGETS)(
  'a day of work with originalDump: %s takes at most %d databases',
  async (originalDump, most) => {
    const database = path.join(makeTempDir(), 'remote.db');
    buildDatabase(database, blobs(MEGABYTES).replace('random() / 1e15', 'i'));
    const server = await startSqld({ database });
    const project = makeProject(server, { 'turso-sync.config.json': JSON.stringify({ originalDump }) });
    let largest = 0;
    const run = async (...args: string[]): Promise<void> => {
      expect(await project.run(...args)).toMatchObject({ exit: 0 });
      const share = allocated(project.file('.turso')) / statSync(project.file('working_copy.db')).size;
      largest = Math.max(largest, share - dumpShare(project));
    };
    try {
      await run('init');
      for (let i = 1; i <= 2; i++) await oneRound(project, server, run, i);
      await expectConflict(project, server, run);
      project.edit("UPDATE readings SET note = 'forced' WHERE id = 3");
      await run('init', '--force');
      await execOn(server, "UPDATE readings SET note = 'cut off' WHERE id = 5");
      await cutOff(project);
      await run('pull');
      await oneRound(project, server, run, 9);
      expect(largest).toBeLessThan(most - 1 * Number(originalDump));
      expect((await project.run('verify')).exit).toBe(0);
    } finally {
      await server.stop();
    }
  },
);

/** What the dump takes more or less than the database, which depends on the data alone. */
function dumpShare(project: TestProject): number {
  const dump = statSync(project.file('.turso/default/snapshot/original_dump.sql'), { throwIfNoEntry: false });
  return (dump?.size ?? 0) / statSync(project.file('working_copy.db')).size;
}

type Run = (...args: string[]) => Promise<void>;

/** Edits on both sides, a pull whose backup is restored, a push, another one, and its undo. */
async function oneRound(project: TestProject, server: Sqld, run: Run, i: number): Promise<void> {
  await execOn(server, `UPDATE readings SET note = 'theirs ${i}' WHERE id = ${i}`);
  project.edit(
    `UPDATE readings SET note = 'mine ${i}' WHERE id = ${1000 + i}; INSERT INTO readings VALUES (NULL, ${i}, 'new', NULL)`,
  );
  const before = path.join(makeTempDir(), 'before.db');
  const copy = new Database(project.file('working_copy.db'), { readonly: true });
  copy.exec(`VACUUM INTO '${before}'`);
  copy.close();
  await run('pull');
  await run('push');
  project.edit(`UPDATE readings SET note = 'again ${i}' WHERE id = ${2000 + i}`);
  await run('push');
  await run('undo');
  // The undo has made the latest one.
  const names = readdirSync(project.file('.turso/backups')).sort((a, b) => numberIn(a) - numberIn(b));
  const restored = path.join(makeTempDir(), 'restored.db');
  await run('restore', '--backup', names.at(-2) ?? '', '--output', restored);
  expect(compareDatabases(before, restored)).toEqual([]);
}

function numberIn(name: string): number {
  return Number(/^working_copy-(\d+)-/.exec(name)?.[1]);
}

async function expectConflict(project: TestProject, server: Sqld, run: Run): Promise<void> {
  await execOn(server, "UPDATE readings SET note = 'theirs' WHERE id = 7");
  project.edit("UPDATE readings SET note = 'mine' WHERE id = 7");
  expect((await project.run('push')).exit).toBe(3);
  expect((await project.run('pull')).exit).toBe(3);
  await run('pull', '--on-conflict', 'theirs');
}

/** A pull that is killed as soon as it has begun to write. */
async function cutOff(project: TestProject): Promise<void> {
  const started = project.start(['pull', '--verbose']);
  await Promise.race([started.printed('download'), started.ended.catch(() => undefined)]).catch(
    () => undefined,
  );
  started.child.kill('SIGKILL');
  await started.ended;
}

/** What all files below a folder take on the disk, in bytes; names of the same file count once. */
function allocated(folder: string): number {
  const files = new Map<number, number>();
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const { ino, blocks } = statSync(path.join(folder, name));
    files.set(ino, blocks * 512);
  }
  return [...files.values()].reduce((sum, bytes) => sum + bytes, 0);
}
