import type { Project } from 'turso-core';
import { nodeCommand } from '../node-command';

/**
 * The command line that prints the fingerprint of a project's remote, for Nx to run from the workspace's root. It names
 * all that it needs, so that it does not have to read the config.
 */
export function fingerprintCommand(of: {
  readonly workspaceRoot: string;
  readonly projectRoot: string;
  readonly target: string;
  readonly variables: Project['variables'];
}): string {
  const words = [of.projectRoot, of.target, of.variables.url, of.variables.authToken];
  return nodeCommand(of.workspaceRoot, 'fingerprint/main.js', words);
}
