import { readFileSync } from 'node:fs';
import path from 'node:path';
import {
  buildDatabase,
  execOn,
  makeTempDir,
  removeTempDir,
  requireTool,
  startSqld,
} from '@turso-sync/testing';
import { blobs } from '../fixtures/blobs.fixture';
import { makeProject, type TestProject } from '../fixtures/cli.fixture';

const HOOK = path.join(__dirname, '..', 'fixtures', 'peak-memory.fixture.js');

/**
 * What a command may need, in megabytes: at most, and more for a database that is 144 MB larger. The collector of a busy
 * machine frees late, so half of that proves nothing.
 */
const BOUNDS = { most: 250, growth: 80 };

const SIZES = [48, 192] as const;

type Peaks = Readonly<Record<'init' | 'pull' | 'push' | 'undo', number>>;

(requireTool('sqld') ? test : test.skip)(
  'the memory of init, pull, push and undo does not grow with the database',
  async () => {
    const [small, large] = [await peaksWith(SIZES[0]), await peaksWith(SIZES[1])];
    const verbs = ['init', 'pull', 'push', 'undo'] as const;
    expect(Math.min(...Object.values(small))).toBeGreaterThan(20);
    const tooMuch = verbs.filter(
      (verb) => large[verb] >= BOUNDS.most || large[verb] - small[verb] > BOUNDS.growth,
    );
    expect({ tooMuch, small, large }).toEqual({ tooMuch: [], small, large });
  },
);

async function peaksWith(megabytes: number): Promise<Peaks> {
  const dir = makeTempDir();
  const database = path.join(dir, 'remote.db');
  buildDatabase(database, blobs(megabytes));
  const server = await startSqld({ database });
  const project = makeProject(server);
  try {
    const init = await peakOf(project, 'init');
    await execOn(server, "UPDATE readings SET note = 'theirs' WHERE id = 7");
    project.edit("UPDATE readings SET note = 'mine' WHERE id = 9");
    const pull = await peakOf(project, 'pull');
    return { init, pull, push: await peakOf(project, 'push'), undo: await peakOf(project, 'undo') };
  } finally {
    await server.stop();
    for (const folder of [dir, project.dir]) removeTempDir(folder);
  }
}

/** The peak resident memory of a command, in megabytes. */
async function peakOf(project: TestProject, verb: string): Promise<number> {
  const file = project.file('peak-memory');
  const env = { NODE_OPTIONS: `--require ${HOOK}`, PEAK_MEMORY_FILE: file };
  expect(await project.start([verb], { env }).ended).toMatchObject({ exit: 0 });
  return Number(readFileSync(file, 'utf8')) / 1024;
}
