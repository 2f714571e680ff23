import type { Tree } from '@nx/devkit';

/** Files with data or tokens. Git must not take them. */
const ENTRIES = ['.turso', 'working_copy.*', '.env*.local'];

/** Adds git's ignored files to the workspace's `.gitignore`. Existing entries and their order stay. */
export function ignoreFiles(tree: Tree): void {
  const text = tree.exists('.gitignore') ? (tree.read('.gitignore', 'utf8') ?? '') : '';
  const known = text.split(/\r?\n/).map((line) => line.trim());
  const missing = ENTRIES.filter((entry) => !known.includes(entry));
  if (missing.length === 0) return;
  const end = text.includes('\r\n') ? '\r\n' : '\n';
  const gap = text === '' ? '' : text.endsWith('\n') ? end : end + end;
  tree.write('.gitignore', `${text}${gap}${['# turso-sync', ...missing, ''].join(end)}`);
}
