import type { Project } from 'turso-core/own-process';
import type { Environments } from '../configurations/load-environments';
import { nodeCommand } from '../node-command';

/** The target for the command. */
export interface FingerprintTarget {
  readonly workspaceRoot: string;
  /** The project's folder, relative to the workspace. */
  readonly projectRoot: string;
  readonly target: string;
  readonly environments: Environments;
}

/**
 * Returns the command line that prints the fingerprint of a run's remote, for Nx to run from the workspace's root. It
 * has all that it needs in it, so it does not read the config.
 */
export function fingerprintCommand({ environments, ...of }: FingerprintTarget): string {
  const words = [
    of.projectRoot,
    of.target,
    variablesWord('', environments.base),
    ...[...environments.named].map(([name, project]) => variablesWord(name, project)),
  ];
  return nodeCommand(of.workspaceRoot, 'fingerprint/main.js', words);
}

/** Returns the variables of an environment, and its exclusions, for the command line. */
function variablesWord(environment: string, { variables, exclude }: Project): string {
  const { url, authToken, encryptionKey } = variables;
  const word = `${environment}=${url},${authToken}${encryptionKey === null ? '' : `+${encryptionKey}`}`;
  // Encoded in letters without a meaning to any shell.
  return exclude.length === 0
    ? word
    : `${word},${Buffer.from(JSON.stringify(exclude)).toString('base64url')}`;
}

/** An environment, in the form of the command line. */
export interface EnvironmentWord {
  readonly environment: string;
  /** The variable of the URL. */
  readonly url: string;
  /** The variable of the token. */
  readonly authToken: string;
  /** The variable of the encryption key, or null. */
  readonly encryptionKey: string | null;
  readonly exclude: readonly string[];
}

/** Reads an environment's word from {@link fingerprintCommand}. */
export function parseVariablesWord(word: string): EnvironmentWord {
  const [, environment = '', url = '', authToken = '', encryptionKey = null, excluded] =
    /^(.*)=(\w+),(\w+)(?:\+(\w+))?(?:,([\w-]+))?$/s.exec(word) ?? [];
  const exclude =
    excluded === undefined ? [] : (JSON.parse(Buffer.from(excluded, 'base64url').toString()) as string[]);
  return { environment, url, authToken, encryptionKey, exclude };
}
