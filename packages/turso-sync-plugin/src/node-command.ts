import path from 'node:path';

/**
 * Returns the command line with which Nx runs a script of this package from the workspace's root, as an input. Its path
 * is relative, so clones share a cache.
 *
 * @param script - the installed script, relative to `dist`.
 */
export function nodeCommand(workspaceRoot: string, script: string, words: readonly string[]): string {
  const installed = path.join(__dirname, '..', 'dist', script);
  const file = path.relative(workspaceRoot, installed).split(path.sep).join('/');
  // Nx hashes stderr too, and a warning there would contain the number of the process.
  return ['node', '--no-warnings', file, ...words].map(quote).join(' ');
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `"${word.replace(/["$`\\]/g, '\\$&')}"`;
}
