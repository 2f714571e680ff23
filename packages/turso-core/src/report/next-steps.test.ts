import { renameSync, statSync } from 'node:fs';
import { makeFileProject, type FileProject } from '../../test/fixtures/project.fixture';
import { diff } from '../commands/diff';
import { doctor, type DoctorResult } from '../commands/doctor';
import { init } from '../commands/init';
import { pull } from '../commands/pull';
import { push } from '../commands/push';
import { status } from '../commands/status';
import type { Policy } from '../policy/policy';
import { conflictText } from './conflict-text';
import { diffText, doctorText, initText, pushText, statusText } from './text';

const BASE = `CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 'a'), (2, 'b')`;

let at: FileProject;

async function make(policy: Policy = {}): Promise<void> {
  at = await makeFileProject(BASE, { policy });
  await init(at.project);
}

const rows = (): unknown[][] => at.queryRemote('SELECT id, v FROM t ORDER BY id');

test.each([
  ['push', push],
  ['pull', pull],
] as const)('two rows of the same key: %s names a way that keeps both', async (name, verb) => {
  await make();
  at.edit("INSERT INTO t VALUES (3, 'mine')");
  at.editRemote("INSERT INTO t VALUES (3, 'theirs')");
  const result = await verb(at.project);
  expect(result.outcome).toBe('conflict');
  const conflicts = result.outcome === 'conflict' ? result.conflicts : [];
  expect(conflictText(conflicts, 'x', name)).toContain(
    'Then:\n  keep both: give your row a free key in the working copy, and run this command again\n  --on-conflict=ours',
  );
  at.edit('UPDATE t SET id = 4 WHERE id = 3');
  await verb(at.project);
  await push(at.project);
  expect(rows().slice(2)).toEqual([
    [3, 'theirs'],
    [4, 'mine'],
  ]);
});

test.each([
  ['push', push],
  ['pull', pull],
] as const)('two values of user_version: %s names a way that takes the remote’s', async (name, verb) => {
  await make();
  at.edit('PRAGMA user_version = 2');
  at.editRemote('PRAGMA user_version = 3');
  const result = await verb(at.project);
  expect(result.outcome).toBe('conflict');
  const conflicts = result.outcome === 'conflict' ? result.conflicts : [];
  const text = conflictText(conflicts, 'x', name);
  expect(text).toContain('\n    user_version: was 0, local 2, remote 3\n');
  const [, way = '', rest] = /Then:\n {2}take the remote's in the working copy: (.*)\n(.*)/.exec(text) ?? [];
  expect([way, rest]).toEqual(['PRAGMA user_version = 3', expect.stringMatching(/^or run /)]);
  at.edit(way);
  expect((await verb(at.project)).outcome).not.toBe('conflict');
  expect(await push(at.project)).toMatchObject({ outcome: 'nothing' });
});

describe('a push that keeps what is on the remote', () => {
  beforeEach(async () => {
    await make();
    at.edit("UPDATE t SET v = 'mine' WHERE id = 1");
    at.editRemote("UPDATE t SET v = 'theirs' WHERE id = 1");
  });

  test('says so if nothing else was to be written', async () => {
    const text = pushText(await push(at.project, { onConflict: 'theirs' }), 'x');
    expect(text).toContain("Not written: 1 row of these, since the remote's was kept.\n");
    expect(text).toContain('\nNothing of yours was written to x: the rows there were kept.');
    expect(text).not.toContain('Pushed to');
  });

  test('says which part was written', async () => {
    at.edit("UPDATE t SET v = 'mine' WHERE id = 2");
    const text = pushText(await push(at.project, { onConflict: 'theirs' }), 'x');
    expect(text).toContain("Not written: 1 row of these, since the remote's was kept.\n");
    expect(text).toContain('\nPushed to x.');
    expect(rows()).toEqual([
      [1, 'theirs'],
      [2, 'mine'],
    ]);
  });

  test('says nothing of it if yours was written', async () => {
    const text = pushText(await push(at.project, { onConflict: 'ours' }), 'x');
    expect(text).toContain('\nPushed to x.');
    expect(text).not.toMatch(/Not written|Nothing of yours/);
  });
});

describe('status', () => {
  test('names pull and push if both sides have changed', async () => {
    await make();
    at.edit("UPDATE t SET v = 'mine' WHERE id = 1");
    at.editRemote("UPDATE t SET v = 'theirs' WHERE id = 2");
    expect((await status(at.project)).next).toEqual([
      expect.stringContaining('`turso-sync pull`'),
      expect.stringContaining('`turso-sync push`'),
    ]);
  });

  test.each([
    ['before the first use', false],
    ['with a base', true],
  ])('has one next step if the file is missing, %s', async (_, isInitialized) => {
    at = await makeFileProject(BASE);
    if (isInitialized) await init(at.project);
    renameSync(at.remote, `${at.remote}.away`);
    const found = await status(at.project);
    expect(found.next).toEqual([found.remoteState.problem?.hint]);
    expect(statusText(found).match(/^Next /gm)).toHaveLength(1);
  });
});

describe('a policy that wants a saved plan', () => {
  test('is told as the next step, and not as a refusal to be got round', async () => {
    await make({ requirePlan: true });
    at.edit("UPDATE t SET v = 'mine' WHERE id = 1");
    const text = diffText(await diff(at.project));
    expect(text).toMatch(/To be pushed, this has to be a saved plan:\n.*`turso-sync diff --save <file>`/);
    expect(text).not.toMatch(/refuse|--allow/);
    const production = { ...at.project, environment: 'production' };
    expect(diffText(await diff(production))).toContain('`turso-sync diff --env production --save <file>`');
    expect(pushText(await push(at.project), 'x')).not.toContain('--allow');
  });

  test('stands beside rules that refuse, which exceptions allow', async () => {
    await make({ requirePlan: true, maxChangedRows: 0 });
    at.edit("UPDATE t SET v = 'mine' WHERE id = 1");
    const text = diffText(await diff(at.project));
    expect(text).toContain('These rules refuse to push this:');
    expect(text).toMatch(/--allow maxChangedRows, or/);
    expect(text).not.toContain('--allow requirePlan');
  });
});

test('init names the next command, and says that a snapshot was taken only if it was', async () => {
  at = await makeFileProject(BASE);
  const made = initText(await init(at.project), 'working_copy.db');
  expect(made).toMatch(/^Snapshot of .*, taken by backup\nWorking copy made: .*\nNext: .*`turso-sync push`/);
  const used = initText(await init(at.project, { snapshot: 'use' }), 'working_copy.db', 'use');
  expect(used).toMatch(/^From the snapshot of file:.*, \d+ seconds? ago: .*\nWorking copy is up to date/);
  at.edit("UPDATE t SET v = 'mine' WHERE id = 1");
  const kept = initText(await init(at.project, { edits: 'keep' }), 'working_copy.db');
  expect(kept).toMatch(/\nNext: `turso-sync push` carries what is not pushed yet\.$/);
});

test('doctor leaves a small database small', async () => {
  at = await makeFileProject(BASE);
  expect(await doctor(at.project)).toMatchObject({ outcome: 'healthy' });
  expect(statSync(at.remote).size).toBeLessThan(200_000);
});

test('doctor says how to see the host that it hides', () => {
  const connection: DoctorResult['connection'] = {
    ...{ kind: 'server', scheme: 'http', host: null },
    ...{ isOnThisMachine: false, isEncrypted: true, isBehindProxy: false },
  };
  const config = {
    ...{ file: null, environments: 0, usesEnvironment: false, excluded: 0, isUrlSet: true },
    ...{ isTokenSet: false, isEncryptionKeySet: false },
  };
  const versions = { tursoSync: '1', node: '1', sqlite: '1', platform: 'x', remoteSqlite: null };
  const result = {
    ...({ outcome: 'healthy' } as const),
    ...{ remote: null, environment: null, warnings: [], used: null, durationMs: 1 },
    ...{ versions, config, capabilities: null, checks: [] },
  };
  const lineOf = (host: string | null): string | undefined =>
    /^Remote .*$/m.exec(doctorText({ ...result, connection: { ...connection, host } }))?.[0];
  expect(lineOf(null)).toContain('http://[hidden] (--show-host prints it), another machine');
  expect(lineOf('db.example.org')).not.toContain('--show-host');
});
