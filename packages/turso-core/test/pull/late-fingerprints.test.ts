import {
  compareDatabases,
  Database,
  downloadDatabase,
  editDatabase,
  execOn,
  makeTempDir,
  queryOn,
  removeTempDir,
  requireTool,
  startDouble,
  startSqld,
  type ServerDouble,
  type Sqld,
} from '@turso-sync/testing';
import fc from 'fast-check';
import { cpSync } from 'node:fs';
import path from 'node:path';
import { fingerprint } from '../../src/commands/fingerprint';
import { init } from '../../src/commands/init';
import { pull } from '../../src/commands/pull';
import { push } from '../../src/commands/push';
import { snapshot } from '../../src/commands/snapshot';
import { status } from '../../src/commands/status';
import { verify } from '../../src/commands/verify';
import { loadProject } from '../../src/project/load-project';
import type { Project } from '../../src/project/project';
import { readManifest } from '../../src/project/state/manifest';

/** Runs of the random part. TURSO_SYNC_RUNS makes it longer, TURSO_SYNC_SEED another one. */
const RUNS = 4 * Number(process.env['TURSO_SYNC_RUNS'] ?? 1);
const SEED = process.env['TURSO_SYNC_SEED'];

(requireTool('sqld') ? describe : describe.skip)('a server whose sync endpoints tell writes late', () => {
  let [server, double, home]: [Sqld?, ServerDouble?, string?] = [];
  let ids = 0;
  beforeAll(async () => {
    server = await startSqld();
    home = makeTempDir('late-fingerprints-');
  });
  afterEach(() => double?.stop());
  afterAll(async () => {
    await server?.stop();
    removeTempDir(home as string);
  });

  const write = (sql: string): Promise<void> => execOn(server as Sqld, sql);
  const sync = () => double?.sync as NonNullable<ServerDouble['sync']>;
  const framesSeen = (): number =>
    [...(double?.seen.keys() ?? [])].filter((key) => key.includes('/sync/')).length;

  async function begin(): Promise<Project> {
    await double?.stop();
    double = await startDouble((server as Sqld).port, 'synced');
    await execOn(server as Sqld, [
      'DROP TABLE IF EXISTS t',
      'CREATE TABLE t(id INTEGER PRIMARY KEY, v)',
      "INSERT INTO t VALUES (0, 'first')",
    ]);
    return another();
  }

  async function another(): Promise<Project> {
    const cwd = path.join(makeTempDir('late-project-'));
    const project = await loadProject({ cwd, variables: { TURSO_DATABASE_URL: double?.url } });
    await init(project);
    return project;
  }

  function idsIn({ workingCopy }: Project): Set<number> {
    const db = new Database(workingCopy, { readonly: true });
    const found = db.prepare('SELECT id FROM t ORDER BY id').pluck().all() as number[];
    db.close();
    return new Set(found);
  }

  const methodOf = ({ files }: Project): string | undefined => readManifest(files.snapshot)?.method;

  async function idsThere(): Promise<Set<number>> {
    return new Set((await queryOn(server as Sqld, 'SELECT id FROM t ORDER BY id')).map(([id]) => Number(id)));
  }

  async function isAsRemote({ workingCopy }: Project): Promise<string[]> {
    const whole = path.join(home as string, 'whole.db');
    await downloadDatabase(server as Sqld, whole);
    return compareDatabases(whole, workingCopy);
  }

  test('keeps its own push, whatever is late, and what others did meanwhile', async () => {
    const project = await begin();
    expect(methodOf(project)).toBe('sync');
    const early = await fingerprint(project);
    await write("INSERT INTO t VALUES (1, 'told')");
    expect(await fingerprint(project)).not.toBe(early);
    await pull(project);

    sync().lags = true;
    editDatabase(project.workingCopy, "INSERT INTO t VALUES (2, 'mine')");
    const before = await fingerprint(project);
    await push(project);
    await sync().note();
    expect(await fingerprint(project)).not.toBe(before);
    await write("INSERT INTO t VALUES (5, 'theirs')");
    await sync().note();
    await write("INSERT INTO t VALUES (3, 'theirs')");
    await pull(project);
    expect(idsIn(project)).toEqual(new Set([0, 1, 2, 3, 5]));
    editDatabase(project.workingCopy, 'DELETE FROM t WHERE id = 3');
    // The endpoints know neither the push nor row 3 by now, and then only the push.
    await pull(project);
    await sync().tellNext();
    await pull(project);
    // Neither what another folder has of that mark, as a cache may bring it.
    await sync().tellNext();
    const other = await another();
    expect(idsIn(other)).toEqual(new Set([0, 1, 2, 5]));
    cpSync(other.files.snapshot.directory, project.files.snapshot.directory, { recursive: true });
    await pull(project);
    await snapshot(project);
    expect(idsIn(project)).toEqual(new Set([0, 1, 2, 5]));
    editDatabase(project.workingCopy, "INSERT INTO t VALUES (4, 'after')");
    sync().lags = false;
    await pull(project);
    await push(project);
    expect(idsIn(project)).toEqual(new Set([0, 1, 2, 4, 5]));
    expect(await isAsRemote(project)).toEqual([]);
    expect(await verify(project)).toMatchObject({ outcome: 'equal' });
  });

  test('if it is in time, gives only the frames of one’s own push', async () => {
    const project = await begin();
    editDatabase(project.workingCopy, "INSERT INTO t VALUES (2, 'mine')");
    await push(project);
    const seen = framesSeen();
    await snapshot(project);
    await pull(project);
    expect(methodOf(project)).toBe('sync');
    expect([...(double?.seen.keys() ?? [])].filter((key) => key.includes('/export/'))).toHaveLength(1);
    expect(framesSeen() - seen).toBeLessThan(20);
    expect(await isAsRemote(project)).toEqual([]);
    const after = await fingerprint(project);
    expect(await fingerprint(project)).toBe(after);
    expect((await status(project)).remoteState.hasMoved).toBe(false);
  });

  const step = fc.constantFrom(
    ...[
      'add here',
      'add here',
      'add there',
      'add there',
      'add in another folder',
      'remove here',
      'remove there',
    ],
    ...[
      'push',
      'push',
      'pull',
      'pull',
      'pull',
      'snapshot',
      'tell late',
      'tell at once',
      'begin a generation',
    ],
  );

  test('loses no row, and brings none back', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 14 }), async (steps) => {
        const project = await begin();
        const other = await another();
        const expected = new Set([0]);
        const add = (): number => (expected.add(++ids), ids);
        const remove = (from: Set<number>): number => {
          const id = [...from].filter((one) => expected.has(one)).pop() ?? 0;
          expected.delete(id);
          return id;
        };
        const does: Record<(typeof steps)[number], () => unknown> = {
          'add here': () => editDatabase(project.workingCopy, `INSERT INTO t VALUES (${add()}, 'here')`),
          'add there': () => write(`INSERT INTO t VALUES (${add()}, 'there')`),
          'add in another folder': async () => {
            editDatabase(other.workingCopy, `INSERT INTO t VALUES (${add()}, 'other')`);
            await push(other);
          },
          'remove here': () =>
            editDatabase(project.workingCopy, `DELETE FROM t WHERE id = ${remove(idsIn(project))}`),
          'remove there': async () => write(`DELETE FROM t WHERE id = ${remove(await idsThere())}`),
          push: () => push(project),
          pull: () => pull(project),
          snapshot: () => snapshot(project),
          'tell late': () => (sync().lags = true),
          'tell next': () => sync().tellNext(),
          'tell at once': () => (sync().lags = false),
          'begin a generation': () => sync().checkpoint(),
        };
        const met = new Set<number>();
        for (const name of steps) {
          await does[name]?.();
          if (sync().lags && name !== 'tell next') await sync().note();
          const here = idsIn(project);
          for (const id of here) met.add(id);
          // Not even for a while.
          expect([...met].filter((id) => expected.has(id) && !here.has(id))).toEqual([]);
        }
        sync().lags = false;
        expect(await push(project)).toMatchObject({
          outcome: expect.stringMatching(/^pushed$|^nothing/) as string,
        });
        await pull(project);
        expect(idsIn(project)).toEqual(expected);
        expect(await isAsRemote(project)).toEqual([]);
      }),
      { numRuns: RUNS, ...(SEED === undefined ? {} : { seed: Number(SEED) }) },
    );
  });
});
