import type { Tree } from '@nx/devkit';

/** What git must not take: it holds data, or tokens. */
const ENTRIES = ['.turso', 'working_copy.*', '.env*.local'];

/** Adds what git is to ignore to the workspace's `.gitignore`. Entries that are there, and their order, stay. */
export function ignoreFiles(tree: Tree): void {
  const text = tree.exists('.gitignore') ? (tree.read('.gitignore', 'utf8') ?? '') : '';
  const known = text.split(/\r?\n/).map((line) => line.trim());
  const missing = ENTRIES.filter((entry) => !known.includes(entry));
  if (missing.length === 0) return;
  const end = text.includes('\r\n') ? '\r\n' : '\n';
  const gap = text === '' ? '' : text.endsWith('\n') ? end : end + end;
  tree.write('.gitignore', `${text}${gap}${['# turso-sync', ...missing, ''].join(end)}`);
}
