// `node run-with-tools.js <tool>... -- <command>...` runs a command where the tools that it needs are there. Where one is not, it
// says so in one line, or fails where TURSO_SYNC_REQUIRE_TOOLS=1 asks for it.
import { spawnSync } from 'node:child_process';
import { requireTool, type Tool } from './tools';

const words = process.argv.slice(2);
const end = words.indexOf('--');
const tools = words.slice(0, end) as Tool[];
const [program = '', ...args] = words.slice(end + 1);

process.exitCode = run();

function run(): number {
  try {
    const missing = tools.filter((tool) => !requireTool(tool));
    if (missing.length === 0) return spawnSync(program, args, { stdio: 'inherit' }).status ?? 1;
    process.stdout.write(
      `Skipped "${[program, ...args].join(' ')}": not installed: ${missing.join(', ')}.\n`,
    );
    return 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}
