import fs from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { cosmiconfig } from 'cosmiconfig';
import { TursoSyncError } from '../errors';
import { parseRemoteUrl } from '../remote/url';
import { checkConfig, settingsOf, withoutTokens, type Config } from './config';
import { stateFiles, type Project } from './project';

/** How a project is found. */
export interface LoadProjectOptions {
  /** The project's folder. Default is the current one. */
  readonly cwd?: string;
  /** The config file, relative to `cwd`. Default: the one that is found in `cwd`, or none. */
  readonly config?: string;
  /** The environment of the config to use. Default: none. */
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

/**
 * Reads a project's config and finds its files. The URL and the token are taken from the environment, else from `.env`
 * beside the config, and only when they are asked for.
 * Throws CONFIG_UNREADABLE, CONFIG_INVALID and CONFIG_HAS_SECRET.
 *
 * @example
 * ```ts
 * import { loadProject } from 'turso-core';
 *
 * const project = await loadProject({ cwd: 'apps/mailer' });
 * console.log(project.workingCopy);
 * ```
 */
export async function loadProject(options: LoadProjectOptions = {}): Promise<Project> {
  const cwd = path.resolve(options.cwd ?? '.');
  const { config, file } = await readConfig(cwd, options.config);
  const directory = file === null ? cwd : path.dirname(file);
  const settings = settingsOf(config, options.env, file);
  const variables = {
    url: settings.urlVariable ?? 'TURSO_DATABASE_URL',
    authToken: settings.authTokenVariable ?? 'TURSO_AUTH_TOKEN',
  };
  const dotEnv = readDotEnv(directory);
  const given = options.variables ?? process.env;
  // An empty variable counts as one that is not set.
  const valueOf = (name: string): string | undefined =>
    [given[name], dotEnv[name]].find((value) => value !== undefined && value.trim() !== '');
  return {
    directory,
    configFile: file,
    environment: options.env ?? null,
    variables,
    workingCopy: path.resolve(directory, settings.workingCopy ?? 'working_copy.db'),
    files: stateFiles(path.resolve(directory, settings.stateDir ?? '.turso')),
    address() {
      const url = valueOf(variables.url);
      if (url !== undefined) return parseRemoteUrl(url.trim(), directory);
      throw new TursoSyncError('URL_MISSING', `No database URL: ${variables.url} is not set.`, {
        hint: `Set ${variables.url} in the environment or in ${path.join(directory, '.env')}, for example to libsql://my-db.turso.io or file:./remote.db.`,
      });
    },
    authToken: () => valueOf(variables.authToken)?.trim(),
  };
}

async function readConfig(
  cwd: string,
  config: string | undefined,
): Promise<{ config: Config; file: string | null }> {
  const explorer = cosmiconfig(NAME, { searchPlaces: SEARCH_PLACES, stopDir: cwd });
  try {
    const found =
      config === undefined ? await explorer.search(cwd) : await explorer.load(path.resolve(cwd, config));
    if (found === null || found.isEmpty === true) return { config: {}, file: found?.filepath ?? null };
    return { config: checkConfig(found.config, found.filepath), file: found.filepath };
  } catch (error) {
    if (error instanceof TursoSyncError) throw error;
    throw new TursoSyncError('CONFIG_UNREADABLE', `The config cannot be read: ${firstLine(error as Error)}`, {
      hint: 'Mend the file, or name another with --config.',
      cause: error,
    });
  }
}

// The lines after the first quote the file, and so might quote a token.
function firstLine(error: Error): string {
  return withoutTokens(error.message.split('\n')[0] ?? '');
}

function readDotEnv(directory: string): Record<string, string | undefined> {
  const file = path.join(directory, '.env');
  return fs.existsSync(file) ? parseEnv(fs.readFileSync(file, 'utf8')) : {};
}
