import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { buildDatabase, makeTempDir } from '@turso-sync/testing';
import { workspaceOf } from './install';

/** The workspace that `install.ts` has made, for this worker of jest. */
export const workspace = workspaceOf(Number(process.env['JEST_WORKER_ID'] ?? 1));

/** How a command ended. */
export interface Ended {
  readonly exitCode: number;
  /** Standard output and error, as they came. */
  readonly output: string;
}

/** A project in the workspace, whose build and test do no more than to say that they were run. */
export interface App {
  readonly name: string;
  readonly directory: string;
  readonly workingCopy: string;
  readonly snapshot: string;
  /** Adds a target to its project.json. */
  addTarget(name: string, target: object): void;
  /** Lets its test fail from now on. */
  breakTest(): void;
}

/** Adds a project to a workspace. A file that its `.env` names as a remote is an empty database. */
export function addApp(name: string, files: Readonly<Record<string, string>> = {}, place = workspace): App {
  const directory = path.join(place, 'apps', name);
  const contents = {
    'project.json': JSON.stringify({
      name,
      targets: { build: command('build.js'), test: command('test.js') },
    }),
    'turso-sync.config.json': '{}',
    'build.js': "console.log('built');",
    'test.js': "console.log('tested');",
    ...files,
  };
  fs.mkdirSync(directory, { recursive: true });
  for (const [file, text] of Object.entries(contents)) fs.writeFileSync(path.join(directory, file), text);
  for (const [, file = ''] of (files['.env'] ?? '').matchAll(/=file:(.+)$/gm))
    buildDatabase(path.join(directory, file), '');
  return {
    name,
    directory,
    workingCopy: path.join(directory, 'working_copy.db'),
    snapshot: path.join(directory, '.turso', 'default', 'snapshot'),
    addTarget: (target, definition) =>
      editJson(path.join(directory, 'project.json'), ({ targets, ...rest }) => ({
        ...rest,
        targets: { ...(targets as object), [target]: definition },
      })),
    breakTest: () => fs.writeFileSync(path.join(directory, 'test.js'), 'process.exit(1)'),
  };
}

/** A target that runs a script of its project. */
export function command(script: string): object {
  return { executor: 'nx:run-commands', options: { command: `node ${script}`, cwd: '{projectRoot}' } };
}

/** Does some work while nx.json lists these plugins. */
export async function withPlugins(
  plugins: readonly unknown[],
  work: () => Promise<void>,
  place = workspace,
): Promise<void> {
  const file = path.join(place, 'nx.json');
  const before = fs.readFileSync(file);
  editJson(file, (content) => ({ ...content, plugins }));
  try {
    await work();
  } finally {
    fs.writeFileSync(file, before);
  }
}

type Json = Readonly<Record<string, unknown>>;

function editJson(file: string, edit: (content: Json) => Json): void {
  fs.writeFileSync(file, JSON.stringify(edit(JSON.parse(fs.readFileSync(file, 'utf8')) as Json)));
}

/** A user without any settings: Nx keeps things in the home folder. */
export const home = makeTempDir('home-');

/** Nx loads each plugin in a process of its own, unless this says otherwise, which takes half of the time that a command takes. */
export const ONE_PROCESS = { NX_ISOLATE_PLUGINS: 'false' };

/** As Nx is without settings. */
export const ISOLATED = { NX_ISOLATE_PLUGINS: 'true' };

/**
 * Runs Nx in a workspace. Unless the variables ask for its daemon, there is none, and plugins have no processes of their own. What
 * depends on where a plugin runs is tested with {@link ISOLATED} too.
 */
export function nx(
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
  place = workspace,
): Promise<Ended> {
  const { PATH = '' } = process.env;
  const processes = variables['NX_DAEMON'] === 'true' ? ISOLATED : ONE_PROCESS;
  const env = {
    PATH,
    HOME: home,
    NX_DAEMON: 'false',
    NX_TUI: 'false',
    NO_COLOR: '1',
    ...processes,
    ...variables,
  };
  return run(path.join(place, 'node_modules', '.bin', 'nx'), args, env, place);
}

/** Runs a command in a workspace. */
export function run(
  command: string,
  args: readonly string[],
  env = process.env,
  place = workspace,
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(command, args, { cwd: place, env, maxBuffer: 1 << 26 }, () => undefined);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text: string) => (output += text));
    child.on('close', (exitCode) => resolve({ exitCode: exitCode ?? -1, output }));
  });
}
