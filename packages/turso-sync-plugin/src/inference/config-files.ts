import fs from 'node:fs';
import path from 'node:path';
import { FFI_FILE } from './ffi-file';

/** The files that turso-core accepts as a config, besides the key `turso-sync` of package.json. */
export const CONFIG_FILES = [
  ...['ts', 'js', 'mjs', 'cjs', 'json', 'yaml', 'yml'].map((ending) => `turso-sync.config.${ending}`),
  '.turso-syncrc',
  ...['json', 'yaml', 'yml', 'ts', 'js', 'mjs', 'cjs'].map((ending) => `.turso-syncrc.${ending}`),
];

/** The pattern of files for Nx to find. */
export const CONFIG_GLOB = `**/{${['package.json', ...CONFIG_FILES, FFI_FILE].join(',')}}`;

/** Groups the files with a config by their folders. Paths are relative to the workspace. */
export function configFolders(files: readonly string[], workspaceRoot: string): Map<string, string[]> {
  const folders = new Map<string, string[]>();
  for (const file of files) {
    if (path.basename(file) === FFI_FILE) continue;
    if (path.basename(file) === 'package.json' && !hasKey(path.join(workspaceRoot, file))) continue;
    const folder = path.dirname(file);
    folders.set(folder, [...(folders.get(folder) ?? []), file]);
  }
  return folders;
}

function hasKey(file: string): boolean {
  const text = fs.readFileSync(file, 'utf8');
  // Every package.json of the workspace comes here, and hardly one has the key.
  if (!text.includes('"turso-sync"')) return false;
  try {
    return Object.hasOwn(JSON.parse(text) as object, 'turso-sync');
  } catch {
    return false; // Nx itself reports the error in it.
  }
}
