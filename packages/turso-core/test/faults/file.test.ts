import { copyFileSync, existsSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { compareDatabases, editDatabase, makeTempDir } from '@turso-sync/testing';
import { leftovers, makeProject } from '../fixtures/cli.fixture';
import { makeModel, ourEdit, theirEdit, type Model } from './model.fixture';
import { seeded } from './random.fixture';

/** Faults in all; a longer run makes more. */
const COUNT = Math.ceil(Number(process.env['TURSO_SYNC_FAULTS'] ?? 12) / 2);

const COMMANDS = ['dump-push', 'undo', 'pull', 'dump-init'] as const;

const random = seeded();

describe(`a file as the remote, and ${COUNT} kills (TURSO_SYNC_SEED=${random.seed})`, () => {
  const remote = path.join(makeTempDir(), 'remote.db');
  const project = makeProject({ url: `file:${remote}` });
  const took = new Map<string, number>();
  let model: Model;

  beforeAll(async () => {
    model = makeModel();
    copyFileSync(model.file, remote);
    await run('dump-init');
  });

  const rounds = Array.from(
    { length: COUNT },
    (_, i) => [i, COMMANDS[i % COMMANDS.length] ?? 'dump-push', random.next()] as const,
  );

  test.each(rounds)('%d: %s, killed at %f', async (round, command, moment) => {
    change(theirEdit(round, 'before'));
    const before = model;
    const after = before.fork();
    after.edit(ourEdit(round));
    if (command !== 'dump-init') project.edit(ourEdit(round));
    if (command === 'undo') {
      model = after;
      await run('dump-push');
      remoteIs(after);
    }

    const started = project.start([command]);
    await sleep((took.get(command) ?? 300) * moment);
    started.child.kill('SIGKILL');
    expect([0, 'SIGKILL']).toContain((await started.ended).exit);
    if (command === 'dump-push' || command === 'undo') remoteIs(before, after);
    else remoteIs(before);

    // One that is over would be taken back itself.
    const isOver =
      command === 'undo' &&
      before.differences(remote).length === 0 &&
      !existsSync(project.file('.turso/default/push.json'));
    if (!isOver) await run(command);
    if (command === 'undo') remoteIs(before);
    if (command !== 'dump-init') {
      await run('dump-push');
      await run('pull');
      // An undo is also one in the working copy, so that the push does not repeat it.
      model = command === 'undo' ? before : after;
    }
    remoteIs(model);
    expect(compareDatabases(remote, project.file('working_copy.db'))).toEqual([]);
  });

  function change(sql: string): void {
    editDatabase(remote, sql);
    model.edit(sql);
  }

  function remoteIs(...models: readonly Model[]): void {
    // What a killed process has written by half, SQLite takes back for the next one that may write.
    editDatabase(remote, 'SELECT count(*) FROM sqlite_schema');
    const differences = models.map((one) => one.differences(remote));
    if (!differences.some((list) => list.length === 0))
      throw new Error(`The remote is none of these: ${JSON.stringify(differences)}`);
  }

  async function run(command: string): Promise<void> {
    const start = performance.now();
    const { exit, stderr } = await project.run(command);
    if (exit !== 0) throw new Error(`${command}: ${stderr}`);
    took.set(command, performance.now() - start);
    expect(leftovers(project)).toEqual([]);
  }
});
