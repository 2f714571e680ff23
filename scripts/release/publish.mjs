// Publishes the package in a folder, for `nx release publish`. Nx has its own names for the options of npm.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const NPM_OPTIONS = ['tag', 'otp', 'access', 'registry'];

const { values, positionals } = parseArgs({
  strict: false,
  allowPositionals: true,
  options: Object.fromEntries(['dryRun', ...NPM_OPTIONS].map((name) => [name, { type: 'string' }])),
});
const isDryRun = process.env.NX_DRY_RUN === 'true' || values.dryRun === 'true';
const options = NPM_OPTIONS.filter((name) => values[name] !== undefined).map(
  (name) => `--${name}=${values[name]}`,
);
const { status } = spawnSync('npm', ['publish', ...(isDryRun ? ['--dry-run'] : []), ...options], {
  cwd: positionals[0],
  stdio: 'inherit',
  shell: process.platform === 'win32',
});
process.exitCode = status ?? 1;
