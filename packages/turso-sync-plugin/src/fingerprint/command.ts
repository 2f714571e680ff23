import type { Project } from 'turso-core';
import type { Environments } from '../configurations/load-environments';
import { nodeCommand } from '../node-command';

/** What the command is about. */
export interface FingerprintTarget {
  readonly workspaceRoot: string;
  /** The project's folder, relative to the workspace. */
  readonly projectRoot: string;
  readonly target: string;
  readonly environments: Environments;
}

/**
 * The command line that prints the fingerprint of the remote that a run means, for Nx to run from the workspace's root. It
 * names all that it needs, so that it does not have to read the config.
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

/** The variables of an environment, for the command line. */
function variablesWord(environment: string, { variables }: Project): string {
  return `${environment}=${variables.url},${variables.authToken}`;
}

/** Reads what {@link fingerprintCommand} has written for an environment. */
export function parseVariablesWord(word: string): { environment: string; url: string; authToken: string } {
  const [, environment = '', url = '', authToken = ''] = /^(.*)=(\w+),(\w+)$/s.exec(word) ?? [];
  return { environment, url, authToken };
}
