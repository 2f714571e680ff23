import fs from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import type { Loader, PublicExplorer } from 'cosmiconfig';
import { checkOptions, type OptionKinds } from '../check-options';
import { TursoSyncError } from '../errors';
import { readText, withoutMark } from '../sqlite/files/read-text';
import { isFile } from '../sqlite/files/replica-files';
import { resolveLinks } from '../sqlite/files/resolve-links';
import { parseRemoteUrl, type RemoteAddress } from '../remote/url';
import { checkConfig, settingsOf, withoutTokens, type Config } from './config/config';
import { loadCosmiconfig } from './config/cosmiconfig';
import { fileSystemError } from './state/disk';
import { loadScript } from './config/load-script';
import { loadTypescript } from './config/load-typescript';
import { stateFiles, type Project, type StateFiles } from './project';

/** Options for finding a project. */
export interface LoadProjectOptions {
  /** The project's folder. Default is the current one. */
  readonly cwd?: string;
  /** The config file, relative to `cwd`. Default is the config in `cwd`, if any. */
  readonly config?: string;
  /** The environment of the config to use. Default is none. */
  readonly env?: string;
  /** The environment variables. Default is `process.env`. */
  readonly variables?: Readonly<Record<string, string | undefined>>;
}

const NAME = 'turso-sync';

const SEARCH_PLACES = [
  'package.json',
  ...['ts', 'js', 'mjs', 'cjs', 'json', 'yaml', 'yml'].map((ending) => `${NAME}.config.${ending}`),
  `.${NAME}rc`,
  ...['json', 'yaml', 'yml', 'ts', 'js', 'mjs', 'cjs'].map((ending) => `.${NAME}rc.${ending}`),
];

/** Reads a project's config and finds its files, for our own programs. */
export async function loadProject(options: LoadProjectOptions = {}): Promise<Project> {
  checkOptions('loadProject()', options, KINDS);
  const cwd = resolveLinks(existingFolder(path.resolve(options.cwd ?? '.')));
  const { config, file } = await readConfig(cwd, options.config);
  const directory = file === null ? cwd : resolved(path.dirname(file));
  const dotEnv = readDotEnv(directory);
  const given = options.variables ?? process.env;
  // An empty variable counts as not set.
  const valueOf = (name: string): string | undefined =>
    [given[name], dotEnv[name]].find((value) => value !== undefined && value.trim() !== '');
  return environmentOf(
    { config, file, source: file ?? 'the config', directory, valueOf },
    options.env ?? null,
  );
}

const KINDS: OptionKinds<LoadProjectOptions> = {
  cwd: 'string',
  config: 'string',
  env: 'string',
  variables: 'any',
};

/** The data shared by all environments of a config. */
interface Found {
  readonly config: Config;
  readonly file: string | null;
  /** What has the settings, for messages. */
  readonly source: string;
  readonly directory: string;
  readonly valueOf: (variable: string) => string | undefined;
}

/** Makes the project of one environment, or of none. */
export function environmentOf(found: Found, environment: string | null): Project {
  const { config, file, source, directory, valueOf } = found;
  const settings = settingsOf(config, environment ?? undefined, file);
  const variables = {
    url: settings.urlVariable ?? 'TURSO_DATABASE_URL',
    authToken: settings.authTokenVariable ?? 'TURSO_AUTH_TOKEN',
    encryptionKey: settings.encryptionKeyVariable ?? null,
  };
  const workingCopy = resolved(path.resolve(directory, settings.workingCopy ?? 'working_copy.db'));
  const files = stateFiles(resolved(path.resolve(directory, settings.stateDir ?? '.turso')), environment);
  refuseProject(directory, files, source);
  refuseOwnFile(workingCopy, files, source);
  return {
    directory,
    configFile: file,
    environment,
    environments: Object.keys(config.environments ?? {}),
    variables,
    policy: settings.policy ?? {},
    checks: {
      folder: path.resolve(directory, settings.checks ?? 'checks'),
      isNamed: settings.checks !== undefined,
      seconds: settings.checkSeconds ?? 30,
      onRemote: settings.checksOnRemote ?? false,
    },
    workingCopy,
    replica: path.resolve(directory, valueOf('TURSO_REPLICA_PATH')?.trim() ?? files.replica),
    exclude: settings.exclude ?? [],
    originalDump: settings.originalDump ?? true,
    files,
    siblings: () =>
      [null, ...Object.keys(config.environments ?? {})]
        .filter((name) => name !== environment)
        .map((name) => environmentOf(found, name))
        .filter((sibling) => sibling.files.directory === files.directory),
    address() {
      const url = valueOf(variables.url);
      if (url !== undefined)
        return notWorkingCopy(parseRemoteUrl(url.trim(), directory, variables.authToken), workingCopy);
      throw new TursoSyncError('URL_MISSING', `No database URL: ${variables.url} is not set.`, {
        hint: `Set ${variables.url} in the environment or in ${path.join(directory, '.env')}, for example to libsql://my-db.turso.io or file:./remote.db.`,
      });
    },
    authToken: () => valueOf(variables.authToken)?.trim(),
    encryptionKey: () =>
      variables.encryptionKey === null ? undefined : valueOf(variables.encryptionKey)?.trim(),
  };
}

async function readConfig(
  cwd: string,
  config: string | undefined,
): Promise<{ config: Config; file: string | null }> {
  const isThere = (place: string): boolean => fs.existsSync(path.join(cwd, place));
  if (config === undefined && !SEARCH_PLACES.some(isThere)) return { config: {}, file: null };
  try {
    const explorer = openExplorer();
    const found =
      config === undefined ? await explorer.search(cwd) : await explorer.load(path.resolve(cwd, config));
    const file = found?.filepath ?? emptyConfig(cwd, config);
    if (file === null) return { config: {}, file };
    if (found !== null && found.isEmpty !== true) return { config: checkConfig(found.config, file), file };
    if (!isBlank(file)) throw holdsNone(file);
    return { config: {}, file };
  } catch (error) {
    if (error instanceof TursoSyncError) throw error;
    // Omits the cause, because it quotes the file and might reveal a token.
    throw new TursoSyncError('CONFIG_UNREADABLE', `The config cannot be read: ${reasonOf(error)}`, {
      hint: 'Fix the file, or name another with --config.',
    });
  }
}

let explorer: PublicExplorer | undefined;

/**
 * Returns an explorer for configs directly in the project's folder. One serves all projects, because creating it reads
 * files.
 */
function openExplorer(): PublicExplorer {
  if (explorer !== undefined) return explorer;
  const { cosmiconfig, defaultLoaders } = loadCosmiconfig();
  const loadJson: Loader = (file, text) => defaultLoaders['.json'](file, withoutMark(text)) as unknown;
  explorer = cosmiconfig(NAME, {
    searchPlaces: SEARCH_PLACES,
    searchStrategy: 'none',
    loaders: {
      '.json': loadJson,
      ...{ '.js': loadScript, '.mjs': loadScript, '.cjs': loadScript, '.ts': loadTypescript },
    },
    cache: false,
  });
  return explorer;
}

/** Returns the config's path if the explorer found no content: it is `null`, or a folder. */
function emptyConfig(cwd: string, config: string | undefined): string | null {
  if (config !== undefined) return path.resolve(cwd, config);
  const isEmpty = (name: string): boolean => {
    const file = path.join(cwd, name);
    if (name !== 'package.json') return fs.existsSync(file);
    const content: unknown = isFile(file) ? JSON.parse(readText(file)) : null;
    return typeof content === 'object' && content !== null && Object.hasOwn(content, NAME);
  };
  const place = SEARCH_PLACES.find(isEmpty);
  return place === undefined ? null : path.join(cwd, place);
}

/** Checks whether a file has only comments. A script must export a config. */
function isBlank(file: string): boolean {
  if (/\.[cm]?[jt]s$/.test(file) || !isFile(file)) return false;
  return (
    readText(file)
      .replace(/^\s*#.*$/gm, '')
      .trim() === ''
  );
}

function holdsNone(file: string): TursoSyncError {
  return new TursoSyncError('CONFIG_INVALID', `${file} holds no config.`, {
    hint: 'Let it hold an object; a script exports that as its default. Or remove the file.',
  });
}

/**
 * Returns the file if known, the line, and the reason. Uses only parts of a loader's message without quotes from the
 * file.
 */
function reasonOf(error: unknown): string {
  const { message, filepath } = error as Error & { filepath?: string };
  const isTold = (text: string): boolean => !/^\w+ Error in .*:\s*$|^[> ]*\d* *\||^\s*$/.test(text);
  const reason = (message.split('\n').find(isTold) ?? '').replace(
    /(?: \(line \d+ column \d+\))? while parsing .*/,
    '',
  );
  // Node 22 and later report the line themselves.
  const line = /^> (\d+) \||\(line (\d+) column \d+\) while parsing /m.exec(message)?.slice(1).find(Boolean);
  const parts = [filepath, line === undefined ? undefined : `line ${line}`, withoutTokens(reason)];
  return parts.filter((part) => part !== undefined).join(': ');
}

/** Returns a folder. Throws USAGE if it does not exist. */
export function existingFolder(directory: string): string {
  try {
    if (fs.statSync(directory, { throwIfNoEntry: false })?.isDirectory() === true) return directory;
  } catch (error) {
    throw fileSystemError(error, directory);
  }
  throw new TursoSyncError('USAGE', `There is no folder ${directory}.`, {
    hint: "Name the project's folder, with `cwd` in code or --cwd in a command. The default is the current folder.",
  });
}

function resolved(file: string): string {
  try {
    return resolveLinks(file);
  } catch (error) {
    throw fileSystemError(error, file);
  }
}

// turso-sync treats unknown files in the state folder as foreign, and git ignores the folder's content.
function refuseProject(directory: string, { directory: state }: StateFiles, source: string): void {
  if (directory !== state && !directory.startsWith(state.replace(/[\\/]?$/, path.sep))) return;
  throw new TursoSyncError(
    'CONFIG_INVALID',
    `"stateDir" in ${source} names ${state}, which holds the project itself.`,
    { hint: 'Name a folder of its own inside the project, such as ".turso".' },
  );
}

// Files in these folders are replaced without asking.
function refuseOwnFile(workingCopy: string, files: StateFiles, source: string): void {
  const own = ['backups', 'base', 'snapshot'].map((name) => path.join(files.directory, name));
  if (![files.environment, ...own].some((folder) => workingCopy.startsWith(folder + path.sep))) return;
  throw new TursoSyncError(
    'CONFIG_INVALID',
    `"workingCopy" in ${source} names a file that is turso-sync's own.`,
    {
      hint: `Put the working copy anywhere outside ${files.directory}; init makes it from the snapshot.`,
    },
  );
}

function notWorkingCopy(address: RemoteAddress, workingCopy: string): RemoteAddress {
  if (address.kind === 'http' || !isSameFile(address.file, workingCopy)) return address;
  throw new TursoSyncError(
    'URL_UNSUPPORTED',
    `The database URL names the working copy itself, ${workingCopy}.`,
    {
      hint: 'Name the database that the working copy is to be made from.',
    },
  );
}

/** Checks whether two paths lead to the same file. A file may have several names. */
function isSameFile(a: string, b: string): boolean {
  if (a === b) return true;
  const [left, right] = [a, b].map((file) => fs.statSync(file, { throwIfNoEntry: false, bigint: true }));
  return left !== undefined && left.ino !== 0n && left.ino === right?.ino && left.dev === right.dev;
}

function readDotEnv(directory: string): Record<string, string | undefined> {
  const file = path.join(directory, '.env');
  // A folder with this name is a Python environment.
  if (!isFile(file)) return {};
  try {
    return parseEnv(readText(file));
  } catch (error) {
    throw fileSystemError(error, file);
  }
}
