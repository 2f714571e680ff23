import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { requireTool } from './tools';

const BUILT = join(__dirname, '..', 'dist', 'run-with-tools.js');

function run(
  args: readonly string[],
  variables: NodeJS.ProcessEnv = {},
): { status: number | null; output: string } {
  const { PATH } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [BUILT, ...args], {
    encoding: 'utf8',
    env: { PATH, ...variables },
  });
  return { status, output: stdout + stderr };
}

const testWithSqld = requireTool('sqld') ? test : test.skip;

testWithSqld('where the tools are there, the command is run, and its exit code is the one', () => {
  expect(run(['sqld', '--', 'sh', '-c', 'echo run; exit 3'])).toEqual({ status: 3, output: 'run\n' });
});

test('where one is not, that is said in one line', () => {
  const args = ['cargo', 'ocaml:alcotest', '--', 'cargo', 'test'];
  expect(run(args, { PATH: '/nowhere' })).toEqual({
    status: 0,
    output: 'Skipped "cargo test": not installed: cargo, ocaml:alcotest.\n',
  });
});

test('where tools are required, that is a failure', () => {
  expect(run(['cargo', '--', 'cargo', 'test'], { PATH: '/nowhere', TURSO_SYNC_REQUIRE_TOOLS: '1' })).toEqual({
    status: 1,
    output: 'cargo is not installed, and TURSO_SYNC_REQUIRE_TOOLS=1 asks for it\n',
  });
});

test('of a tool that CI does without, that is said too', () => {
  const variables = { PATH: '/nowhere', TURSO_SYNC_REQUIRE_TOOLS: '1', TURSO_SYNC_WITHOUT: 'cargo' };
  expect(run(['cargo', '--', 'cargo', 'test'], variables)).toEqual({
    status: 0,
    output: 'Skipped "cargo test": not installed: cargo.\n',
  });
});
