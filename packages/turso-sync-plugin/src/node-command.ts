import path from 'node:path';

/**
 * The command line by which Nx runs a script of this package from the workspace's root, as an input. Its path is relative,
 * so that clones share a cache.
 *
 * @param script - as it is installed, relative to `dist`.
 */
export function nodeCommand(workspaceRoot: string, script: string, words: readonly string[]): string {
  const installed = path.join(__dirname, '..', 'dist', script);
  const file = path.relative(workspaceRoot, installed).split(path.sep).join('/');
  // Nx hashes stderr too, where a warning would have the number of the process in it.
  return ['node', '--no-warnings', file, ...words].map(quote).join(' ');
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `"${word.replace(/["$`\\]/g, '\\$&')}"`;
}
