import fs from 'node:fs';
import path from 'node:path';

/**
 * Checks whether a folder is a project of its own, and returns its name if package.json gives it. Null if not. Nx
 * refuses the whole graph for a project without a name, such as a package.json in no workspace's list.
 */
export function identify(folder: string): { name?: string } | null {
  if (fs.existsSync(path.join(folder, 'project.json'))) return {};
  try {
    const manifest = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8')) as {
      name?: string;
      nx?: { name?: string };
    };
    const name = manifest.nx?.name ?? manifest.name;
    return name === undefined ? null : { name };
  } catch {
    return null;
  }
}
