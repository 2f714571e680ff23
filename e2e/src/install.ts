import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { makeTempDir } from '@turso-sync/testing';

const ROOT = path.join(__dirname, '..', '..');
const PACKAGES = ['turso-core', 'turso-sync-plugin', 'turso-ffi'];

/**
 * Before all tests: packs the packages as for a release, and installs them into a fresh Nx workspace outside of this
 * repository. Each worker of jest has its own copy of it, see {@link workspaceOf}.
 */
export default async function install({ maxWorkers }: { readonly maxWorkers: number }): Promise<void> {
  const parent = makeTempDir('e2e-');
  process.env['npm_config_better_sqlite3_local_prebuilds'] = await keepCompiled(
    path.join(parent, 'compiled'),
  );
  const tarballs = Object.fromEntries(await Promise.all(PACKAGES.map((name) => pack(name, parent))));
  const workspace = await makeWorkspace(path.join(parent, 'workspace'), {
    nx: versionOf('nx'),
    '@nx/devkit': versionOf('nx'),
    ...tarballs,
  });
  process.env['E2E_WORKSPACE'] = workspace;
  for (let worker = 2; worker <= maxWorkers; worker++)
    fs.cpSync(workspace, workspaceOf(worker), { recursive: true, verbatimSymlinks: true });
}

/** The workspace of a worker, beside those of the others. */
export function workspaceOf(worker: number): string {
  const first = process.env['E2E_WORKSPACE'] ?? '';
  return worker === 1 ? first : `${first}-${worker}`;
}

/**
 * Makes an Nx workspace with the plugin in it, and installs what it needs by npm.
 *
 * @param packages - what to install, by name, each with its version or file.
 * @param flags - of `npm install`.
 */
export async function makeWorkspace(
  workspace: string,
  packages: Readonly<Record<string, string>>,
  flags: readonly string[] = [],
): Promise<string> {
  writeWorkspace(workspace, packages, { allowScripts: { 'better-sqlite3': true, nx: false } });
  await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...flags], workspace);
  return workspace;
}

/** The version of pnpm that {@link makePnpmWorkspace} uses. */
const PNPM = '10.34.9';

/** The same by pnpm, which puts packages elsewhere. No script of a package is run. */
export async function makePnpmWorkspace(
  workspace: string,
  packages: Readonly<Record<string, string>>,
): Promise<string> {
  // Those that depend on each other are not in any registry.
  const own = Object.entries(packages).filter(([, version]) => version.startsWith('file:'));
  writeWorkspace(workspace, packages, { pnpm: { overrides: Object.fromEntries(own) } });
  const tools = `${workspace}-pnpm`;
  fs.mkdirSync(tools);
  await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', `pnpm@${PNPM}`], tools);
  const pnpm = path.join(tools, 'node_modules', 'pnpm', 'bin', 'pnpm.cjs');
  await run(process.execPath, [pnpm, 'install', '--ignore-scripts', '--prefer-offline'], workspace);
  return workspace;
}

function writeWorkspace(
  workspace: string,
  packages: Readonly<Record<string, string>>,
  manifest: object,
): void {
  fs.mkdirSync(workspace);
  writeJson(path.join(workspace, 'package.json'), {
    name: 'workspace',
    private: true,
    devDependencies: packages,
    ...manifest,
  });
  writeJson(path.join(workspace, 'nx.json'), {
    plugins: ['turso-sync-plugin'],
    defaultBase: 'main',
    analytics: false,
  });
  fs.writeFileSync(
    path.join(workspace, '.gitignore'),
    ['node_modules', '.nx', '.turso', 'working_copy.*', '.env.local', ''].join('\n'),
  );
}

/**
 * Makes a folder in which the install script of better-sqlite3 finds what `npm ci` has compiled here, as if it were to be
 * downloaded. Compiling the same version again takes a minute; another version is compiled.
 */
async function keepCompiled(to: string): Promise<string> {
  fs.mkdirSync(to);
  const name = 'better-sqlite3';
  const from = path.dirname(require.resolve(`${name}/package.json`));
  const compiled = path.join('build', 'Release', 'better_sqlite3.node');
  if (fs.existsSync(path.join(from, compiled))) {
    const { platform, arch, versions } = process;
    const archive = `${name}-v${versionOf(name)}-node-v${versions.modules}-${platform}-${arch}.tar.gz`;
    await run('tar', ['-czf', path.join(to, archive), '-C', from, compiled], to);
  }
  return to;
}

/** Packs one package; answers with its name and what to install it by. */
async function pack(name: string, to: string): Promise<[name: string, specifier: string]> {
  const from = path.join(ROOT, 'packages', name);
  const [{ filename }] = JSON.parse(await run('npm', ['pack', '--json', '--pack-destination', to], from)) as [
    { filename: string },
  ];
  return [name, `file:../${filename}`];
}

function versionOf(name: string): string {
  const file = require.resolve(`${name}/package.json`);
  return (JSON.parse(fs.readFileSync(file, 'utf8')) as { version: string }).version;
}

function writeJson(file: string, value: object): void {
  fs.writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}

async function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  return (await promisify(execFile)(command, args, { cwd, encoding: 'utf8' })).stdout;
}
