import { TursoSyncError } from '../../errors';
import { checkEnvironmentNames } from './environment-names';
import { mergePolicies, type Policy } from '../../policy/policy';
import { checkPolicy } from './check-policy';
import { isObject, unknownKey, wrongType } from './config-errors';

/** The settings for the top level of a config and for each environment. All are optional. */
export interface Settings {
  /** Name of the environment variable with the database URL. Default is `TURSO_DATABASE_URL`. */
  urlVariable?: string;
  /** Name of the environment variable with the auth token. Default is `TURSO_AUTH_TOKEN`. */
  authTokenVariable?: string;
  /** Name of the environment variable with the key of an encrypted database, in base64. Default is none. */
  encryptionKeyVariable?: string;
  /** The app's database file, relative to the config. Default is `working_copy.db`. */
  workingCopy?: string;
  /** The folder for all files of turso-sync, relative to the config. Default is `.turso`. */
  stateDir?: string;
  /**
   * Names and GLOB patterns of tables and views to leave out of every command: both sides keep their own. Ignores case.
   * An environment's list replaces the one at the top. Default is none.
   */
  exclude?: readonly string[];
  /** The rules for a push. By default, it refuses changes that are nearly always an accident. */
  policy?: Policy;
  /** The folder of the checks, relative to the config: queries in files `*.sql`. Default is `checks`. */
  checks?: string;
  /** The time limit of one check, in seconds. Default is 30. */
  checkSeconds?: number;
  /** Whether a push also runs the checks on the remote, before it commits. Default is false. */
  checksOnRemote?: boolean;
  /** Whether `init` also writes the downloaded data as SQL, to `original_dump.sql`. Default is true. */
  originalDump?: boolean;
}

/**
 * A turso-sync config: `turso-sync.config.ts|js|cjs|mjs|json|yaml`, `.turso-syncrc*`, or the key `turso-sync` of
 * package.json. It never contains a URL's credentials or a token: those come from the environment, or from `.env`.
 *
 * @example
 * ```ts
 * import type { Config } from 'turso-core';
 *
 * const config: Config = {
 *   workingCopy: 'data/app.db',
 *   environments: { staging: { urlVariable: 'STAGING_DATABASE_URL', authTokenVariable: 'STAGING_AUTH_TOKEN' } },
 * };
 * export default config;
 * ```
 */
export interface Config extends Settings {
  /** Named environments for `--env`. Each overrides the settings above. */
  environments?: Record<string, Settings>;
}

const SETTINGS = [
  'urlVariable',
  'authTokenVariable',
  'encryptionKeyVariable',
  'workingCopy',
  'stateDir',
  'exclude',
  'policy',
  'checks',
  'checkSeconds',
  'checksOnRemote',
  'originalDump',
] as const;

const SWITCHES: readonly string[] = ['checksOnRemote', 'originalDump'];

/** The longest time limit of a check: a day. */
const MOST_SECONDS = 86_400;

/**
 * Base64url parts, the first with the beginning of JSON: a JWT, like Turso's tokens. It may be cut, or have escaped
 * dots.
 */
const TOKEN = /\beyJ[\w-]{8,}(?:(?:\.|%2e|\\u002e)[\w-]+){1,2}/gi;

/** Returns a text without anything that looks like a token. */
export function withoutTokens(text: string): string {
  return text.replace(TOKEN, '[token]');
}

/** Checks the content of a config file. Throws CONFIG_INVALID with the key's name, or CONFIG_HAS_SECRET. */
export function checkConfig(value: unknown, file: string): Config {
  refuseSecrets(value, file);
  const config = checkObject(value, file, '', [...SETTINGS, 'environments']);
  const { environments } = config;
  if (environments !== undefined) {
    if (!isObject(environments))
      throw wrongType(file, 'environments', 'an object of named environments', environments);
    checkEnvironmentNames(Object.keys(environments), file);
    for (const [name, settings] of Object.entries(environments)) {
      checkObject(settings, file, `environments.${name}`, SETTINGS);
    }
  }
  return config;
}

/** Returns the effective settings: those of the environment, with those of the top level as defaults. */
export function settingsOf(config: Config, environment: string | undefined, file: string | null): Settings {
  if (environment === undefined) return config;
  const environments = config.environments ?? {};
  const settings = Object.hasOwn(environments, environment) ? environments[environment] : undefined;
  if (settings === undefined) {
    const known = Object.keys(environments);
    throw new TursoSyncError(
      'CONFIG_INVALID',
      `There is no environment "${environment}" in ${file ?? 'the config'}.`,
      {
        hint: known.length === 0 ? 'The config has no "environments".' : `It has ${known.join(', ')}.`,
      },
    );
  }
  return { ...config, ...settings, policy: mergePolicies(config.policy, settings.policy) };
}

function checkObject(
  value: unknown,
  file: string,
  at: string,
  allowed: readonly string[],
): Record<string, unknown> {
  if (!isObject(value)) throw wrongType(file, at || 'the config', 'an object', value);
  for (const [key, item] of Object.entries(value)) {
    const path = at === '' ? key : `${at}.${key}`;
    if (!allowed.includes(key)) throw unknownKey(file, path, key, allowed);
    if (key === 'environments') continue;
    if (key === 'exclude') {
      checkExclude(item, file, path);
      continue;
    }
    if (key === 'checkSeconds') {
      if (!Number.isSafeInteger(item) || (item as number) < 1 || (item as number) > MOST_SECONDS)
        throw wrongType(file, path, `a whole number from 1 to ${MOST_SECONDS}`, item);
      continue;
    }
    if (SWITCHES.includes(key)) {
      if (typeof item !== 'boolean') throw wrongType(file, path, 'true or false', item);
      continue;
    }
    if (key === 'policy') {
      checkPolicy(item, file, path);
      continue;
    }
    if (typeof item !== 'string' || item === '')
      throw wrongType(file, path, 'a string that is not empty', item);
    if (item.includes('\0')) throw wrongType(file, path, 'a string without NUL', item);
    if (key.endsWith('Variable') && !/^[A-Za-z_]\w*$/.test(item)) throw noVariable(file, path);
  }
  return value;
}

function checkExclude(value: unknown, file: string, path: string): void {
  if (!Array.isArray(value)) throw wrongType(file, path, 'a list of names or patterns of tables', value);
  for (const [i, item] of (value as unknown[]).entries()) {
    const place = `${path}[${i}]`;
    if (typeof item !== 'string' || item.trim() === '')
      throw wrongType(file, place, 'the name or pattern of a table', item);
    if (item.includes('\0')) throw wrongType(file, place, 'a string without NUL', item);
    if (/^\*+$/.test(item)) throw excludesAll(file, place);
  }
}

function excludesAll(file: string, path: string): TursoSyncError {
  return new TursoSyncError('CONFIG_INVALID', `"${path}" in ${file} matches every table.`, {
    hint: 'Name the tables that are to be left out, such as "cache_*".',
  });
}

// The value may be the URL or the token itself, so the message does not repeat it.
function noVariable(file: string, path: string): TursoSyncError {
  return new TursoSyncError('CONFIG_INVALID', `"${path}" in ${file} is no name of an environment variable.`, {
    hint: 'The URL, the token and the key themselves belong into the environment; the config only names the variables.',
  });
}

function refuseSecrets(value: unknown, file: string): void {
  for (const [key, item] of walk(value)) {
    const isNamed = /token$|password|secret|encryption_?key$/i.test(key);
    const holdsToken = [key, item].some((text) => typeof text === 'string' && withoutTokens(text) !== text);
    if (!isNamed && !holdsToken) continue;
    throw new TursoSyncError(
      'CONFIG_HAS_SECRET',
      `The key "${withoutTokens(key)}" in ${file} holds a secret.`,
      {
        hint: 'Take it out, and set the environment variable TURSO_AUTH_TOKEN, or the one that "encryptionKeyVariable" names (or an uncommitted .env beside the config).',
      },
    );
  }
}

function* walk(value: unknown): Generator<[string, unknown]> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, item] of Object.entries(value)) {
    yield [key, item];
    yield* walk(item);
  }
}
