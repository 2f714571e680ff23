import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  execOn,
  ffiDemo,
  isRunning,
  queryOn,
  requireTool,
  startSqld,
  until,
  writeFiles,
  type Sqld,
} from '@turso-sync/testing';
import { home, nx, run, workspace } from './workspace.fixture';

const describeWithTools =
  requireTool('sqld') && requireTool('cargo') && requireTool('gcc') && requireTool('dune')
    ? describe
    : describe.skip;

/** The tools are those of whoever runs the tests, though nothing else of theirs is. */
const TOOLS = {
  CARGO_HOME: process.env['CARGO_HOME'] ?? path.join(os.homedir(), '.cargo'),
  RUSTUP_HOME: process.env['RUSTUP_HOME'] ?? path.join(os.homedir(), '.rustup'),
};

/** What the crate depends on was built there already, since this suite comes after turso-ffi:ffi-build: minutes less. */
const SHARED = { CARGO_TARGET_DIR: path.join(__dirname, '..', '..', 'packages', 'turso-ffi', 'target') };

describeWithTools('a program that the generator ffi makes', () => {
  const directory = path.join(workspace, 'apps', 'counter');
  const generate = (...options: string[]): ReturnType<typeof nx> =>
    nx(['generate', 'turso-sync-plugin:ffi', 'apps/counter', ...options]);
  let sqld: Sqld;
  beforeAll(async () => (sqld = await startSqld()));
  afterAll(() => sqld.stop());

  test('is written once; a dry run says what would be', async () => {
    const dry = await generate('--dry-run');
    expect(dry).toMatchObject({ exitCode: 0 });
    expect(dry.output).toContain('CREATE apps/counter/bin/main.ml');
    expect(fs.existsSync(directory)).toBe(false);
    const first = await generate();
    expect(first).toMatchObject({ exitCode: 0 });
    expect(first.output).toContain('CREATE apps/counter/project.json');
    const again = await generate();
    expect(again).toMatchObject({ exitCode: 0 });
    expect(again.output).not.toMatch(/CREATE|UPDATE/);
  });

  test('is built from the sources of the package, runs, and works on the server', async () => {
    const variables = { ...TOOLS, ...SHARED, TURSO_DATABASE_URL: sqld.url };
    const first = await nx(['run', 'counter:start'], variables);
    expect(first).toMatchObject({ exitCode: 0 });
    expect(first.output).toMatch(
      /vendor\/turso-ffi\/target\/localized\/libturso_ocaml_ffi\.a: \S+ MB, \d+ functions/,
    );
    expect(first.output).toContain('Run 1\n');
    await execOn(sqld, 'INSERT INTO runs DEFAULT VALUES');
    const second = await nx(['run', 'counter:start'], variables);
    expect(second.output).toContain('Run 3\n');
    expect(second.output).toMatch(/counter:ffi-build.*(local cache|existing outputs)/);
    expect(await queryOn(sqld, 'SELECT count(*) FROM runs')).toEqual([[3n]]);
  });

  test('comes from the cache as a whole: it runs, and dune builds on without cargo', async () => {
    for (const folder of ['vendor', '_install', '_build', 'target'])
      fs.rmSync(path.join(directory, folder), { recursive: true, force: true });
    const variables = { ...TOOLS, TURSO_DATABASE_URL: sqld.url };
    const { exitCode, output } = await nx(['run', 'counter:start'], variables);
    expect({ exitCode, output }).toMatchObject({ exitCode: 0 });
    expect(output).toMatch(/counter:ffi-build.*local cache/);
    expect(output).toContain('Run 4\n');
    const dune = await run('dune', ['build', '--root', directory], { PATH: process.env['PATH'] });
    expect(dune).toMatchObject({ exitCode: 0 });
  });

  test('brings the demo, which runs as its page says', async () => {
    const demo = await run(
      'dune',
      [
        ...['exec', '--root', path.join(directory, 'vendor/turso-ffi'), '--profile', 'release'],
        ...['ocaml/demo/ffi_demo.exe', '--', '--runs', '1', '--batch', '10'],
        ...['--turso-sync', path.join(workspace, 'node_modules/turso-core/bin/turso-sync.js')],
      ],
      { PATH: process.env['PATH'], TURSO_DATABASE_URL: sqld.url },
    );
    expect(demo).toMatchObject({ exitCode: 0 });
    for (const row of ['set up .*', 'single insert', 'batch of 10 rows', 'query after the write'])
      expect(demo.output).toMatch(new RegExp(`^${row} +[\\d.]+ ms +[\\d.]+ ms$`, 'm'));
    expect(await queryOn(sqld, "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'ffi%'")).toEqual([[0n]]);
  });
});

describeWithTools('ffi-build', () => {
  const directory = path.join(workspace, 'apps', 'demo');
  const build = (variables: Readonly<Record<string, string>> = {}): ReturnType<typeof nx> =>
    nx(['run', 'demo:ffi-build'], { ...TOOLS, ...variables });
  const isHit = ({ output }: { output: string }): boolean => /local cache|existing outputs/.test(output);
  beforeAll(() => writeFiles(directory, { ...ffiDemo(), 'project.json': '{"name":"demo"}' }));
  afterAll(() => fs.rmSync(directory, { recursive: true }));

  test('is inferred, and cached with all that others link', async () => {
    const first = await build();
    expect(first).toMatchObject({ exitCode: 0 });
    expect(isHit(first)).toBe(false);
    const before = fs.readFileSync(path.join(directory, 'target/localized/libturso_demo.a'));
    for (const folder of ['target', '_install', '_build'])
      fs.rmSync(path.join(directory, folder), { recursive: true });
    expect(isHit(await build())).toBe(true);
    expect(fs.readFileSync(path.join(directory, 'target/localized/libturso_demo.a'))).toEqual(before);
    expect(fs.readdirSync(path.join(directory, 'target'))).toEqual(['localized']);
    expect((await run(path.join(directory, '_install/bin/demo-main'), [])).output).toBe('42\n');
  });

  test('runs anew after each change of what it is made from, and of how', async () => {
    expect(isHit(await build())).toBe(true);
    for (const [file, change] of [
      ['src/lib.rs', '// changed'],
      ['ocaml/stubs.c', '/* changed */'],
      ['bin/dune', '; changed'],
      ['dune-project', '; changed'],
      ['Cargo.toml', '# changed'],
    ] as const) {
      fs.appendFileSync(path.join(directory, file), `\n${change}\n`);
      expect([file, isHit(await build())]).toEqual([file, false]);
    }
    expect(isHit(await build())).toBe(true);
    expect(isHit(await build({ RUSTFLAGS: '-C debuginfo=1' }))).toBe(false);
    // Another compiler, of which the first word is the same.
    expect(isHit(await build({ CC: 'gcc -m64' }))).toBe(false);
    expect(isHit(await nx(['run', 'demo:ffi-build', '--profile=dev'], TOOLS))).toBe(false);
  });

  test('that has failed is not cached, and says why in one block', async () => {
    fs.appendFileSync(path.join(directory, 'src/lib.rs'), 'fn broken( {}');
    for (const _ of [1, 2]) {
      const failed = await build();
      expect(failed.exitCode).toBe(1);
      expect(failed.output).toMatch(
        /error: [^]*\nBUILD_FAILED: cargo build ended with exit code 101\.\n {2}See /,
      );
      expect(isHit(failed)).toBe(false);
    }
    writeFiles(directory, { 'src/lib.rs': ffiDemo()['src/lib.rs'] ?? '' });
  });

  test.each([
    ['Ctrl-C in the terminal, which all processes of Nx see', 'SIGINT', -1],
    ['SIGTERM to Nx alone', 'SIGTERM', 1],
  ] as const)('is ended with all that it has started by %s', async (_, signal, sign) => {
    const pidFile = path.join(directory, 'sleep.pid');
    writeFiles(directory, {
      'build.rs': `fn main() {
        let mut child = std::process::Command::new("sleep").arg("1000").spawn().unwrap();
        std::fs::write("sleep.tmp", child.id().to_string()).unwrap();
        std::fs::rename("sleep.tmp", "sleep.pid").unwrap();
        child.wait().unwrap();
      }`,
    });
    const { PATH = '' } = process.env;
    const env = { PATH, HOME: home, NX_DAEMON: 'false', NX_TUI: 'false', ...TOOLS };
    const command = path.join(workspace, 'node_modules', '.bin', 'nx');
    const child = spawn(command, ['run', 'demo:ffi-build'], {
      cwd: workspace,
      env,
      detached: true,
      stdio: 'ignore',
    });
    const ended = new Promise((resolve) => child.on('close', resolve));
    // Cargo builds what starts it.
    await until(() => fs.existsSync(pidFile), 120_000);
    const pid = Number(fs.readFileSync(pidFile, 'utf8'));
    process.kill(sign * (child.pid ?? 0), signal);
    await ended;
    await until(() => !isRunning(pid));
    for (const file of ['build.rs', 'sleep.pid']) fs.rmSync(path.join(directory, file));
  });
});
