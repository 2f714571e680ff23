import fs from 'node:fs';
import path from 'node:path';

/**
 * Whether a folder is a project of its own, and what there is to say about it. Nx refuses the whole graph for a project
 * without a name, as a package.json that is in no workspace's list would be.
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
