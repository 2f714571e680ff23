import path from 'node:path';
import { checkOptions, type OptionKinds } from './check-options';
import { TursoSyncError } from './errors';
import { checkConfig, type Settings } from './project/config/config';
import { handleOf, type Project } from './project/handle';
import { environmentOf, existingFolder } from './project/load-project';
import { resolveLinks } from './sqlite/files/resolve-links';

/** Options of {@link open}. */
export interface OpenOptions extends Omit<
  Settings,
  'urlVariable' | 'authTokenVariable' | 'encryptionKeyVariable'
> {
  /**
   * The database's address: `libsql:`, `https:`, `http:`, `wss:` or `ws:` for a server, or `file:` for a local database.
   * It must not contain the token.
   */
  readonly url: string;
  /** The token, if the server needs one. Default is none. */
  readonly authToken?: string | undefined;
  /** The key of an encrypted database, in base64. Default is none. */
  readonly encryptionKey?: string | undefined;
  /**
   * Whether token and key may go to another machine over plain HTTP. If not, verbs throw TOKEN_OVER_HTTP. Default is
   * true if the environment variable `TURSO_SYNC_ALLOW_HTTP_TOKEN` is `1`, otherwise false.
   */
  readonly allowHttpToken?: boolean;
  /** The project's folder: relative paths start here. Default is the current folder. */
  readonly cwd?: string;
}

/**
 * Opens a project without a config, `.env` or environment variables: everything comes from the options. The settings
 * mean the same as in a config. Connects to nothing and writes nothing. {@link loadProject} reads a config instead.
 * Throws URL_MISSING, URL_UNSUPPORTED, CONFIG_HAS_SECRET for a token in the URL, CONFIG_INVALID for a setting, and USAGE.
 *
 * @example
 * ```ts
 * import { init, open, push } from 'turso-core';
 *
 * const project = open({
 *   url: 'libsql://my-db.turso.io',
 *   authToken: process.env['TURSO_AUTH_TOKEN'],
 *   workingCopy: 'data/app.db',
 *   stateDir: 'data/.turso',
 * });
 * await init(project);
 * // The app edits data/app.db.
 * await push(project);
 * ```
 */
export function open(options: OpenOptions): Project {
  const { allowHttpToken, cwd = '.', url, authToken, encryptionKey, ...settings } = checkOpenOptions(options);
  const given: Readonly<Record<string, string | undefined>> = { url, authToken, encryptionKey };
  const config = { ...checkConfig(withoutUndefined(settings), SOURCE), ...NAMES };
  const directory = resolveLinks(existingFolder(path.resolve(cwd)));
  // An empty secret counts as not set.
  const valueOf = (name: string): string | undefined =>
    given[name]?.trim() === '' ? undefined : given[name];
  const project = environmentOf({ config, file: null, source: SOURCE, directory, valueOf }, null);
  // A wrong address is an error of this call, not of the first verb.
  project.address();
  return handleOf({ ...project, allowHttpToken });
}

const SOURCE = 'the options of open()';

/** The options that stand for variables, as messages name them. */
const NAMES = {
  urlVariable: 'url',
  authTokenVariable: 'authToken',
  encryptionKeyVariable: 'encryptionKey',
} as const satisfies Pick<Settings, 'urlVariable' | 'authTokenVariable' | 'encryptionKeyVariable'>;

/** The known options. For `any`, the checks are below, or those of a config. */
const KINDS: OptionKinds<OpenOptions> = {
  url: 'any',
  authToken: 'any',
  encryptionKey: 'any',
  allowHttpToken: 'boolean',
  cwd: 'string',
  workingCopy: 'string',
  stateDir: 'string',
  exclude: 'any',
  policy: 'any',
  checks: 'string',
  checkSeconds: 'any',
  checksOnRemote: 'boolean',
  originalDump: 'boolean',
};

// JavaScript programs may pass anything. A message never repeats what may be a secret.
function checkOpenOptions(options: OpenOptions): OpenOptions {
  checkOptions('open()', options, KINDS);
  for (const name of ['url', 'authToken', 'encryptionKey'] as const) {
    const value: unknown = (options as OpenOptions | undefined)?.[name];
    if (value !== undefined && typeof value !== 'string')
      throw new TursoSyncError('USAGE', `The option "${name}" of open() must be a string.`, {
        hint: 'Leave out authToken or encryptionKey if the database needs none.',
      });
    if (name === 'url' && (value === undefined || value.trim() === '')) throw urlMissing();
  }
  return options;
}

function withoutUndefined(settings: object): object {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

function urlMissing(): TursoSyncError {
  return new TursoSyncError('URL_MISSING', 'open() needs the URL of the database.', {
    hint: "Pass it as `url`, for example 'libsql://my-db.turso.io' or 'file:./remote.db'.",
  });
}
