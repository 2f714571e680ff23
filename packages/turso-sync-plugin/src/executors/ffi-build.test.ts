import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { ffiDemo, isRunning, makeTempDir, requireTool, until, writeFiles } from '@turso-sync/testing';
import { makeDemo, type Demo } from './build.fixture';

const describeWithTools = ['cargo', 'gcc', 'dune'].every((tool) => requireTool(tool as 'cargo'))
  ? describe
  : describe.skip;

const ARCHIVE = 'target/localized/libturso_demo.a';

function output(command: string, args: readonly string[] = [], environment = process.env): string {
  return execFileSync(command, args, {
    encoding: 'utf8',
    env: environment,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

describeWithTools('ffi-build', () => {
  let demo: Demo;
  let file: (name: string) => string;
  const use = (...files: Parameters<typeof makeDemo>): void => {
    demo = makeDemo(...files);
    file = (name) => path.join(demo.directory, name);
  };

  test('builds the archive and what links it, and says what it has made', async () => {
    use();
    const { success, stdout, stderr } = await demo.build();
    expect({ success, stderr }).toEqual({ success: true, stderr: '' });
    expect(stdout).toMatch(
      /^ +Compiling turso-demo .*\n +Finished .*\n.*libturso_demo\.a: 0\.0 MB, 2 functions\n_install: \d+ files\n$/,
    );
    expect(fs.readdirSync(file('target/localized')).sort()).toEqual(['dllturso_demo.so', 'libturso_demo.a']);
    expect(output(file('_install/bin/demo-main'))).toBe('42\n');
    expect(fs.lstatSync(file('_install/lib/demo/demo.cmxa')).isFile()).toBe(true);
    // Cargo's own archive stays as cargo has made it.
    expect(output('nm', ['-g', file('target/release/libturso_demo.a')])).toContain('sqlite3_demo');
  });

  test('cargo and dune make the same by themselves, with the dune file and the script of turso-ffi', async () => {
    const ours = (name: string): string =>
      fs.readFileSync(path.join(__dirname, '../../../turso-ffi', name), 'utf8');
    use({
      dune: ours('dune')
        .replaceAll('libturso_ocaml_ffi', 'libturso_demo')
        .replaceAll('dllturso_ocaml_ffi', 'dllturso_demo'),
      'localize.sh': ours('localize.sh'),
    });
    const dune = ['build', '--root', '.', '--profile', 'release', 'bin/main.exe'];
    const run = (program: string, args: readonly string[]): unknown =>
      execFileSync(program, args, { cwd: demo.directory, stdio: ['ignore', 'pipe', 'pipe'] });
    expect(() => run('dune', dune)).toThrow('No rule found for target/release/libturso_demo.a');
    run('cargo', ['build', '--release', '--lib']);
    run('dune', dune);
    expect(output(file('_build/default/bin/main.exe'))).toBe('42\n');
    const archive = fs.readFileSync(file(`_build/default/${ARCHIVE}`));
    // What ffi-build has made comes first.
    await demo.build();
    expect(fs.readFileSync(file(ARCHIVE)).equals(archive)).toBe(true);
    fs.rmSync(file('target/release'), { recursive: true });
    run('dune', dune);
  });

  test('hides what is bundled: a program beside it keeps its own of the same name', async () => {
    use();
    await demo.build({ cargoOnly: true });
    expect(fs.existsSync(file('_install'))).toBe(false);
    writeFiles(demo.directory, {
      'main.c': `#include <stdio.h>
        #include "include/turso_demo.h"
        long sqlite3_demo(void) { return 7; }
        int main(void) { printf("%ld %ld\\n", sqlite3_demo(), (long)turso_demo_answer()); }`,
    });
    output('gcc', ['-o', file('main'), file('main.c'), file(ARCHIVE), '-lpthread', '-ldl', '-lm']);
    expect(output(file('main'))).toBe('7 42\n');
  });

  test("makes what OCaml's bytecode loads", async () => {
    use();
    expect((await demo.build({ duneTargets: ['bin/main.bc', '@install'] })).success).toBe(true);
    const environment = { ...process.env, CAML_LD_LIBRARY_PATH: file('_install/lib/stublibs') };
    expect(output('ocamlrun', [file('_build/default/bin/main.bc')], environment)).toBe('42\n');
  });

  test('puts what other profiles, features, targets and folders of cargo make to the same place', async () => {
    const { 'Cargo.toml': manifest = '', 'src/lib.rs': source = '' } = ffiDemo();
    use({
      'Cargo.toml': `${manifest}[features]\nmore = []\n`,
      'src/lib.rs': `${source}#[cfg(feature = "more")]\n#[no_mangle]\npub extern "C" fn turso_demo_more() {}\n`,
    });
    const triple = /^host: (.*)$/m.exec(output('rustc', ['-vV']))?.[1] ?? '';
    const elsewhere = makeTempDir();
    const { stdout, stderr } = await demo.build({
      profile: 'dev',
      features: ['more'],
      target: triple,
      offline: true,
      env: { CARGO_TARGET_DIR: elsewhere },
    });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/libturso_demo\.a: \S+ MB, 3 functions/);
    expect(fs.readdirSync(file('target'))).toEqual(['localized']);
    expect(fs.existsSync(path.join(elsewhere, triple, 'debug', 'libturso_demo.a'))).toBe(true);
    expect(output(file('_install/bin/demo-main'))).toBe('42\n');
  });

  test('builds a crate in a folder below', async () => {
    const moved = Object.entries(ffiDemo()).map(
      ([name, text]) =>
        [
          /^(Cargo|src|include)/.test(name) ? `native/${name}` : name,
          text
            .replaceAll('%{project_root}', '%{project_root}/native')
            .replace('data_only_dirs', 'data_only_dirs native'),
        ] as const,
    );
    use({}, Object.fromEntries(moved));
    const { stdout, stderr } = await demo.build({ crate: 'native' });
    expect(stderr).toBe('');
    expect(stdout).toContain('\nnative/target/localized/libturso_demo.a: ');
    expect(output(file('_install/bin/demo-main'))).toBe('42\n');
  });

  test('takes the sources of an npm package to where dune finds them, and builds them there', async () => {
    const { 'bin/dune': program = '', 'bin/main.ml': main = '', ...library } = ffiDemo();
    use(
      {
        'dune-project': '(lang dune 2.9)\n(package (name app))\n',
        dune: '(vendored_dirs vendor)\n(data_only_dirs target node_modules)\n',
        'bin/dune': program.replace('demo-main', 'app').replace('(package demo)', '(package app)'),
        'bin/main.ml': main,
        'node_modules/turso-demo/package.json': '{"name":"turso-demo"}',
      },
      Object.fromEntries(
        Object.entries(library).map(([name, text]) => [`node_modules/turso-demo/${name}`, text]),
      ),
    );
    const first = await demo.build({ vendor: 'turso-demo' });
    expect(first).toMatchObject({ success: true, stderr: '' });
    expect(output(file('_install/bin/app'))).toBe('42\n');
    const vendored = file('vendor/turso-demo');
    expect(fs.readdirSync(path.join(vendored, 'target'))).toEqual(['localized']);
    expect(fs.existsSync(path.join(vendored, 'package.json'))).toBe(false);

    // A new version of the package: files missing in it go, and equal ones are not built again.
    const packaged = file('node_modules/turso-demo/ocaml');
    const external = 'external answer : unit -> int64 = "caml_turso_demo_answer"';
    writeFiles(packaged, { 'demo.mli': external, 'demo.ml': external });
    writeFiles(vendored, { 'ocaml/stale.ml': 'let () = does_not_compile' });
    const second = await demo.build({ vendor: 'turso-demo' });
    expect(second).toMatchObject({ success: true, stderr: '' });
    expect(second.stdout).not.toContain('Compiling');
    expect(fs.readdirSync(path.join(vendored, 'ocaml')).sort()).toEqual([
      'demo.ml',
      'demo.mli',
      'dune',
      'stubs.c',
    ]);
  });

  test('does not take over a folder that is no copy of its own', async () => {
    use({ 'vendor/turso-demo/mine.txt': 'mine' });
    writeFiles(file('node_modules/turso-demo'), { 'package.json': {} });
    const { success, stderr } = await demo.build({ vendor: 'turso-demo' });
    expect(success).toBe(false);
    expect(stderr).toMatch(/^USAGE: .*vendor\/turso-demo already exists, .*\n {2}Move it elsewhere/);
    expect(fs.readdirSync(file('vendor/turso-demo'))).toEqual(['mine.txt']);
  });

  test('says how to get a package that is not installed', async () => {
    use();
    expect((await demo.build({ vendor: 'turso-nowhere' })).stderr).toMatch(
      /^PACKAGE_MISSING: The npm package turso-nowhere is not installed\.\n {2}Run `npm install /,
    );
  });

  describe('fails, in one block,', () => {
    const cases: [what: string, files: Parameters<typeof makeDemo>[0], options: object, message: RegExp][] = [
      [
        'where Rust does not compile',
        { 'src/lib.rs': 'fn broken( {}' },
        {},
        /^BUILD_FAILED: cargo build ended with exit code 101\.\n {2}See what cargo says above\.\n$/,
      ],
      [
        'where OCaml does not compile',
        { 'bin/main.ml': 'let () = Demo.question ()' },
        {},
        /^BUILD_FAILED: dune build ended with exit code 1\.\n {2}See what dune says above\.\n$/,
      ],
      [
        'where dune asks for an archive of another name',
        {
          'ocaml/dune':
            '(rule (copy %{project_root}/target/localized/libother.a x.a))\n(alias (name install) (deps x.a))',
        },
        { duneTargets: ['ocaml/x.a'] },
        /^BUILD_FAILED: .*\n {2}A dune file asks for target\/localized\/libother\.a, which is not what the crate is called/,
      ],
      [
        'where C stubs call what the crate has not',
        {
          'ocaml/stubs.c':
            'long turso_demo_gone(void); long caml_turso_demo_answer(void) { return turso_demo_gone(); }',
        },
        {},
        /^BUILD_FAILED: .*\n {2}Nothing that is linked has turso_demo_gone: if C stubs call it, write it in the crate/,
      ],
      [
        'where an OCaml library is not installed',
        {
          'bin/dune':
            '(executable (name main) (public_name demo-main) (package demo) (libraries no-such-library))',
        },
        {},
        /^BUILD_FAILED: .*\n {2}Install the OCaml library no-such-library: opam install no-such-library/,
      ],
      [
        'where a header declares what the crate has not',
        { 'include/more.h': 'void turso_demo_missing(int a);' },
        {},
        /^ARCHIVE_INVALID: .* lacks what the headers in include\/ declare: turso_demo_missing\.\n/,
      ],
      [
        'where no function has a name that begins so',
        {},
        { symbols: 'libsql_' },
        /^ARCHIVE_INVALID: .* has no function whose name begins with "libsql_"\.\n.*option "symbols"/,
      ],
      [
        'where there is no crate',
        { 'Cargo.toml': null },
        {},
        /^USAGE: There is no Cargo\.toml in .*\n.*"crate"/,
      ],
      [
        'where the crate has no static library',
        { 'Cargo.toml': '[package]\nname = "turso-demo"\nversion = "0.1.0"\nedition = "2021"\n' },
        {},
        /^USAGE: The crate in .* has no static library\.\n {2}Add "staticlib" to crate-type/,
      ],
      [
        'where there is no dune project',
        { 'dune-project': null },
        {},
        /^USAGE: There is no dune-project in /,
      ],
      [
        'where nothing would be installed',
        { 'dune-project': '(lang dune 2.9)', 'ocaml/dune': null, 'bin/dune': null },
        {},
        /^USAGE: The dune project in .* has no package/,
      ],
      [
        'where the crate lies outside of the project',
        {},
        { crate: '../other' },
        /^USAGE: The crate .* is not in the project/,
      ],
      [
        'where Rust is too old',
        { 'Cargo.toml': '[package]\nname = "turso-demo"\nversion = "0.1.0"\nrust-version = "99.1"\n' },
        {},
        /^TOOLCHAIN_TOO_OLD: cargo is of version [\d.]+; 99\.1 or newer is needed\.\n {2}rustc is .*\n {2}Bring it up to date:\n {4}rustup update/,
      ],
      [
        'where dune is too old',
        { 'dune-project': '(lang dune 99.0)' },
        {},
        /^TOOLCHAIN_TOO_OLD: dune is of version [\d.]+; 99\.0 or newer is needed\.\n {2}Bring it .*\n {4}opam install dune /,
      ],
      [
        'where OCaml is too old',
        { 'demo.opam': 'opam-version: "2.0"\ndepends: [ "ocaml" {>= "99.2"} ]\n' },
        {},
        /^TOOLCHAIN_TOO_OLD: ocamlc is of version [\d.]+; 99\.2 or newer is needed\.\n/,
      ],
    ];
    test.each(cases)('%s', async (_, files, options, message) => {
      use(files);
      const { success, stderr } = await demo.build(options);
      expect(success).toBe(false);
      expect(stderr).toMatch(message);
      expect(fs.existsSync(file('_install'))).toBe(false);
    });
  });

  test('keeps what an earlier build has made where a later one fails', async () => {
    use();
    await demo.build();
    const before = fs.readFileSync(file(ARCHIVE));
    writeFiles(demo.directory, { 'src/lib.rs': 'fn broken( {}' });
    const { success, stdout } = await demo.build();
    expect(success).toBe(false);
    expect(stdout).toContain('error: ');
    expect(fs.readFileSync(file(ARCHIVE))).toEqual(before);
    expect(output(file('_install/bin/demo-main'))).toBe('42\n');
    expect(fs.readdirSync(file('target')).filter((name) => name.endsWith('.new'))).toEqual([]);
  });

  test('prints nothing when it is to be quiet, but all of it when it fails', async () => {
    use();
    expect(await demo.build({ quiet: true })).toEqual({ success: true, stdout: '', stderr: '' });
    writeFiles(demo.directory, { 'src/lib.rs': 'fn broken( {}' });
    expect((await demo.build({ quiet: true })).stderr).toMatch(/error: [^]*\nBUILD_FAILED: /);
  });

  describe('without a program', () => {
    const PROGRAMS = ['cargo', 'rustc', 'cc', 'ld.bfd', 'objcopy', 'ar', 'nm', 'ocamlc', 'dune'];

    /** Returns a PATH with all programs except some. */
    function pathWithout(...missing: readonly string[]): NodeJS.ProcessEnv {
      const folder = makeTempDir();
      for (const name of PROGRAMS.filter((program) => !missing.includes(program)))
        fs.symlinkSync(output('which', [name]).trim(), path.join(folder, name));
      return { ...process.env, PATH: folder };
    }

    test.each(PROGRAMS)('%s, it fails and says how to get it', async (name) => {
      use();
      const { success, stdout, stderr } = await demo.build({}, pathWithout(name));
      expect({ success, stdout }).toEqual({ success: false, stdout: '' });
      expect(stderr).toMatch(
        /^TOOLCHAIN_MISSING: \S+ is not installed, or not on the PATH\.\n {2}Install what is missing:\n {4}\S.*\n$/,
      );
      expect(stderr).toContain(`: ${name} is`);
    });

    test('it names all that are missing at once', async () => {
      use();
      const { stderr } = await demo.build({}, pathWithout('rustc', 'dune', 'ocamlc'));
      expect(stderr.match(/\w+ is not installed/g)).toEqual([
        'rustc is not installed',
        'ocamlc is not installed',
        'dune is not installed',
      ]);
      expect(stderr).toMatch(/https:\/\/sh\.rustup\.rs/);
    });

    test('that is not needed, it does not ask for it', async () => {
      use();
      const { stderr } = await demo.build({ cargoOnly: true }, pathWithout('cargo', 'dune'));
      expect(stderr).toContain('cargo is not installed');
      expect(stderr).not.toContain('dune is not installed');
    });

    test('it says so in one line and succeeds, where that is asked for', async () => {
      use();
      expect(await demo.build({ whenMissing: 'skip' }, pathWithout('cargo', 'dune'))).toEqual({
        success: true,
        stdout:
          'Nothing was built: cargo is not installed, or not on the PATH. dune is not installed, or not on the PATH.\n',
        stderr: '',
      });
    });

    test('it leaves nothing of an earlier build to be linked, where it has skipped one', async () => {
      use();
      await demo.build();
      await demo.build({ whenMissing: 'skip' }, pathWithout('dune'));
      expect([ARCHIVE, '_install'].filter((name) => fs.existsSync(file(name)))).toEqual([]);
    });
  });

  test('keeps the token from what it runs, and out of what it prints', async () => {
    use({
      'build.rs': `fn main() {
        println!("cargo:warning=token {:?}", std::env::var("TURSO_AUTH_TOKEN").ok());
        println!("cargo:warning=other {:?}", std::env::var("OTHER").ok());
      }`,
    });
    const { stdout } = await demo.build(
      {},
      { ...process.env, TURSO_AUTH_TOKEN: 's3cret', OTHER: 'the s3cret' },
    );
    expect(stdout).toContain('token None');
    expect(stdout).toContain('other Some("the [token]")');
    expect(stdout).not.toContain('s3cret');
  });

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s ends all that it has started', async (signal) => {
    use({
      'build.rs': `fn main() {
        // One that does not listen.
        let script = "trap '' TERM; echo $$ > sleep.tmp; mv sleep.tmp sleep.pid; sleep 1000";
        let mut child = std::process::Command::new("sh").args(["-c", script]).spawn().unwrap();
        child.wait().unwrap();
      }`,
    });
    const { child, ended } = demo.start();
    // Cargo must first build the script that starts it.
    await until(() => fs.existsSync(file('sleep.pid')), 120_000);
    const pid = Number(fs.readFileSync(file('sleep.pid'), 'utf8'));
    expect(isRunning(pid)).toBe(true);
    child.kill(signal);
    const { success, stderr } = await ended;
    expect(success).toBe(false);
    expect(stderr).toMatch(new RegExp(`^INTERRUPTED: Ended by ${signal}\\.\\n {2}Run the target again`));
    await until(() => !isRunning(pid));
  });
});
