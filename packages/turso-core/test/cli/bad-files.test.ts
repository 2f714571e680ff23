import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buildDatabase, makeTempDir, requireTool, startSqld } from '@turso-sync/testing';
import { leftovers, makeProject, type Run, type TestProject } from '../fixtures/cli.fixture';

const remote = path.join(makeTempDir(), 'remote.db');
let template: TestProject;

beforeAll(async () => {
  buildDatabase(
    remote,
    `CREATE TABLE t(id INTEGER PRIMARY KEY, v);
     WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 1000)
     INSERT INTO t SELECT i, 'some text in row ' || i FROM s`,
  );
  template = makeProject({ url: `file:${remote}` });
  expect((await template.run('dump-init')).exit).toBe(0);
  template.edit("UPDATE t SET v = 'edited' WHERE id = 1");
});

/** A project with a working copy and an edit. */
function editedProject(): TestProject {
  const project = makeProject();
  cpSync(template.dir, project.dir, { recursive: true });
  return project;
}

async function expectFailure(project: TestProject, args: string[], code: string): Promise<Run> {
  const before = project.digests();
  const run = await project.run(...args, '--quiet');
  expect(run).toMatchObject({ exit: 1, stdout: '' });
  expect(run.stderr).toMatch(new RegExp(`^${code}: .+\\n {2}\\S.+\\.\\n$`));
  expect(project.digests()).toEqual(before);
  expect(leftovers(project)).toEqual([]);
  return run;
}

/** Overwrites a part of a file with what is no database. */
function spoil(file: string, from: number): void {
  const bytes = readFileSync(file);
  bytes.fill('garbage ', from);
  writeFileSync(file, bytes);
}

interface BadFile {
  readonly what: string;
  readonly code: string;
  readonly spoil: (project: TestProject) => void;
  /** Where it is not dump-init's business, since it recreates the file. */
  readonly isMadeAnew?: true;
}

const baseline = '.turso/default/base/baseline.db';
const manifest = '.turso/default/base/manifest.json';
const bad: BadFile[] = [
  {
    what: 'no base',
    code: 'BASE_MISSING',
    spoil: (p) => rmSync(p.file('.turso'), { recursive: true }),
    isMadeAnew: true,
  },
  {
    what: 'a base without its manifest',
    code: 'BASE_MISSING',
    spoil: (p) => rmSync(p.file(manifest)),
    isMadeAnew: true,
  },
  {
    what: 'a manifest without its base',
    code: 'BASE_DAMAGED',
    spoil: (p) => rmSync(p.file(baseline)),
  },
  {
    what: 'a truncated base',
    code: 'BASE_DAMAGED',
    spoil: (p) => truncateSync(p.file(baseline), 4096),
  },
  {
    what: 'garbage of the same size as the base',
    code: 'BASE_DAMAGED',
    spoil: (p) => spoil(p.file(baseline), 0),
  },
  {
    what: 'a base with garbage inside',
    code: 'BASE_DAMAGED',
    spoil: (p) => spoil(p.file(baseline), 4096),
  },
  {
    what: 'a manifest that is cut short',
    code: 'BASE_DAMAGED',
    spoil: (p) => truncateSync(p.file(manifest), 20),
  },
  { what: 'an empty manifest', code: 'BASE_DAMAGED', spoil: (p) => truncateSync(p.file(manifest), 0) },
  {
    what: 'a manifest that lacks everything',
    code: 'BASE_DAMAGED',
    spoil: (p) => writeFileSync(p.file(manifest), '{"formatVersion":1}'),
  },
  {
    what: 'a folder in the place of the manifest',
    code: 'BASE_DAMAGED',
    spoil: (p) => {
      rmSync(p.file(manifest));
      mkdirSync(p.file(manifest));
    },
  },
  {
    what: 'a state folder of a newer version',
    code: 'STATE_TOO_NEW',
    spoil: (p) => writeFileSync(p.file(manifest), '{"formatVersion":2,"other":"things"}'),
  },
  {
    what: 'no working copy',
    code: 'WORKING_COPY_MISSING',
    spoil: (p) => rmSync(p.file('working_copy.db')),
    isMadeAnew: true,
  },
  {
    what: 'a working copy that is text',
    code: 'WORKING_COPY_NOT_A_DATABASE',
    spoil: (p) => writeFileSync(p.file('working_copy.db'), 'hello\n'),
  },
  {
    what: 'a working copy of garbage behind a header',
    code: 'WORKING_COPY_NOT_A_DATABASE',
    spoil: (p) => spoil(p.file('working_copy.db'), 16),
  },
  // Pushed, it would delete everything.
  {
    what: 'a working copy of no bytes',
    code: 'WORKING_COPY_NOT_A_DATABASE',
    spoil: (p) => truncateSync(p.file('working_copy.db'), 0),
  },
  {
    what: 'a working copy with garbage inside',
    code: 'WORKING_COPY_CORRUPT',
    spoil: (p) => spoil(p.file('working_copy.db'), 4096),
  },
  {
    what: 'a folder in the place of the working copy',
    code: 'FILE_INACCESSIBLE',
    spoil: (p) => {
      rmSync(p.file('working_copy.db'));
      mkdirSync(p.file('working_copy.db'));
    },
  },
];

describe.each(bad)('$what', ({ code, spoil: make, isMadeAnew }) => {
  test.each(['dump-push', 'dump-init'])(`%s: ${code}`, async (command) => {
    const project = editedProject();
    make(project);
    if (command !== 'dump-init') await expectFailure(project, [command], code);
    else if (isMadeAnew !== true) await expectFailure(project, [command], code);
    else if (code === 'BASE_MISSING') await expectFailure(project, [command], 'WORKING_COPY_HAS_CHANGES');
    else expect((await project.run(command)).exit).toBe(0);
  });

  test('status says so', async () => {
    const project = editedProject();
    make(project);
    const run = await project.run('status');
    expect(run).toMatchObject({ exit: 0, stderr: '' });
    if (code !== 'BASE_MISSING') expect(run.stdout).toContain(`${code} `);
    expect(run.stdout).toMatch(/\nNext {10}\S/);
  });

  const isRefused = code === 'STATE_TOO_NEW' || code === 'FILE_INACCESSIBLE';
  test(
    isRefused ? 'not even dump-init --force goes over it' : 'dump-init --force mends it, and loses nothing',
    async () => {
      const project = editedProject();
      make(project);
      if (isRefused) {
        const unchanged = withoutSnapshot(project.digests());
        expect(await project.run('dump-init', '--force')).toMatchObject({ exit: 1, stdout: '' });
        expect(withoutSnapshot(project.digests())).toEqual(unchanged);
        return;
      }
      const before = project.digests()['working_copy.db'];
      expect((await project.run('dump-init', '--force')).exit).toBe(0);
      expect(project.query("SELECT count(*) FROM t WHERE v <> 'edited'")).toEqual([[1000]]);
      expect((await project.run('diff', '--exit-code')).exit).toBe(0);
      if (before !== undefined) expect(Object.values(project.digests())).toContain(before);
      expect(leftovers(project)).toEqual([]);
    },
  );
});

test('a state folder that is a file: FILE_INACCESSIBLE', async () => {
  const project = makeProject({ url: `file:${remote}` }, { '.turso': '' });
  const run = await expectFailure(project, ['dump-init'], 'FILE_INACCESSIBLE');
  expect(run.stderr).toContain(project.file('.turso'));
});

test('a lock that is no file: STATE_FOREIGN', async () => {
  const project = makeProject({ url: `file:${remote}` }, { '.turso/lock/x': '' });
  await expectFailure(project, ['dump-init'], 'STATE_FOREIGN');
});

test('a working copy that another program has locked: WORKING_COPY_LOCKED', async () => {
  const commands = [['diff'], ['dump-push'], ['dump-init'], ['dump-init', '--force']];
  // At once, since each waits for five seconds.
  await Promise.all(commands.map(expectLocked));
});

async function expectLocked(command: string[]): Promise<void> {
  const project = editedProject();
  const script = `const db = new (require(process.argv[1]))(process.argv[2]);
    db.exec('BEGIN EXCLUSIVE'); console.log('locked'); setTimeout(() => {}, 60000)`;
  const args = ['-e', script, require.resolve('better-sqlite3'), project.file('working_copy.db')];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  const before = withoutSnapshot(project.digests());
  const run = await project.run(...command, '--quiet');
  expect(run).toMatchObject({ exit: 1, stdout: '' });
  expect(run.stderr).toMatch(
    /^WORKING_COPY_LOCKED: .*working_copy\.db is locked by another program\.\n {2}\S/,
  );
  expect(withoutSnapshot(project.digests())).toEqual(before);
  child.kill('SIGKILL');
  await once(child, 'close');
  expect(leftovers(project)).toEqual([]);
}

// By force, a new snapshot is taken before the working copy is touched.
function withoutSnapshot(digests: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(digests).filter(([name]) => !name.startsWith('.turso/default/snapshot/')),
  );
}

describe('a full disk', () => {
  const large = path.join(makeTempDir(), 'large.db');
  beforeAll(() => {
    buildDatabase(
      large,
      `CREATE TABLE t(v);
       WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 3000)
       INSERT INTO t SELECT randomblob(3000) FROM s`,
    );
  });

  /** Mounts a small file system where the system lets us. */
  function mount(at: string, size: string): boolean {
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', at], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  }

  // In kilobytes: nothing but the lock fits; the snapshot does not; its dump does not; the working copy does not.
  const sizes = [16, 4_000, 11_000, 30_000];
  const remotes = ['a file', ...(requireTool('sqld') ? ['a server'] : [])];

  test.each(remotes.flatMap((kind) => sizes.map((size) => ({ kind, size }))))(
    'of $size kB, while copying from $kind: DISK_FULL, and nothing is left behind',
    async ({ kind, size }) => {
      const server = kind === 'a file' ? null : await startSqld({ database: large });
      const project = makeProject({ url: server?.url ?? `file:${large}` }, { 'small/x': '' });
      const folder = project.file('small');
      const isMounted = mount(folder, `${size}k`);
      try {
        // Where nothing can be mounted, a limit on the size of files has to do (in blocks of 512 bytes).
        const limit = isMounted ? {} : { shell: `ulimit -f ${size * 2};` };
        const env = { TURSO_DATABASE_URL: server?.url ?? `file:${large}` };
        const run = await project.start(['dump-init', '--quiet', '--cwd', folder], { env, ...limit }).ended;
        if (size === 30_000 && !isMounted) return;
        expect(run).toMatchObject({ exit: 1, stdout: '' });
        expect(run.stderr).toMatch(/^DISK_FULL: No space left .+\n {2}Free some space/);
        const left = Object.keys(project.digests()).filter((name) => !name.startsWith('.env'));
        expect(left.filter((name) => !/snapshot|lock$|small\/x$/.test(name))).toEqual([]);
        if (size < 30_000) expect(left.filter((name) => name.includes('snapshot'))).toEqual([]);
      } finally {
        if (isMounted) execFileSync('umount', [folder]);
        await server?.stop();
      }
    },
  );

  const testWithSqld = requireTool('sqld') ? test : test.skip;

  testWithSqld('is the same to us as a limit on the size of files', async () => {
    const server = await startSqld({ database: large });
    const project = makeProject(server);
    const run = await project.start(['dump-init', '--quiet'], { shell: 'ulimit -f 4000;' }).ended;
    expect(run).toMatchObject({ exit: 1, stdout: '' });
    expect(run.stderr).toMatch(/^DISK_FULL: /);
    expect(leftovers(project)).toEqual([]);
    await server.stop();
  });
});
