import path from 'node:path';
import type { Project } from 'turso-core';

/** The script that the command runs, as it is installed. */
const SCRIPT = path.join(__dirname, '..', '..', 'dist', 'fingerprint', 'main.js');

/**
 * The command line that prints the fingerprint of a project's remote, for Nx to run from the workspace's root. It names
 * all that it needs, so that it does not have to read the config; and its path is relative, so that clones share a cache.
 */
export function fingerprintCommand(of: {
  readonly workspaceRoot: string;
  readonly projectRoot: string;
  readonly target: string;
  readonly variables: Project['variables'];
}): string {
  const script = path.relative(of.workspaceRoot, SCRIPT).split(path.sep).join('/');
  // Nx hashes stderr too, where a warning would have the number of the process in it.
  const words = ['node', '--no-warnings', script, of.projectRoot, of.target];
  return [...words, of.variables.url, of.variables.authToken].map(quote).join(' ');
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `"${word.replace(/["$`\\]/g, '\\$&')}"`;
}
