import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { GIVEN_FILES } from './given-project';

/** Signs that the value of a script depends on more than its own text. */
const OUTSIDE =
  /\b(?:require|process|global|globalThis|Date|Math|Intl|fetch|eval|Function|__dirname|__filename|module\.paths)\b|\bimport\b(?!\s+type\b)|\bexport\s*(?:\*|\{[^}]*\}\s*from)/;

/**
 * Computes a digest of everything that determines a project's targets: its configs, its own targets, and links beside
 * them. Links may lead the state folder elsewhere. Null if these files do not suffice: a script may read anything, and
 * a config may import others.
 */
export function stampOf(
  workspaceRoot: string,
  projectRoot: string,
  configs: readonly string[],
): string | null {
  const digest = createHash('sha256');
  for (const file of configs) {
    const text = fs.readFileSync(path.join(workspaceRoot, file), 'utf8');
    if (text.includes('$import') || (/\.[cm]?[jt]s$/.test(file) && OUTSIDE.test(text))) return null;
    digest.update(`${file}\0${text.length}\0${text}`);
  }
  const folder = path.join(workspaceRoot, projectRoot);
  for (const file of GIVEN_FILES) digest.update(`\0${readIfThere(path.join(folder, file))}\0`);
  for (const entry of fs.readdirSync(folder, { withFileTypes: true }))
    if (entry.isSymbolicLink())
      digest.update(`${entry.name}\0${fs.readlinkSync(path.join(folder, entry.name))}\0`);
  return digest.digest('hex');
}

function readIfThere(file: string): string {
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
}
