import fs from 'node:fs';
import path from 'node:path';
import type { StateFiles } from '../project';

/**
 * Notes beside the environments' folders that this one has had a base. If its folder is lost, the environment must not
 * look new: by now the remote may have rows missing from another environment's base.
 */
export function noteBegun(files: StateFiles): void {
  const note = noteOf(files);
  if (fs.existsSync(note)) return;
  fs.mkdirSync(path.dirname(note), { recursive: true, mode: 0o700 });
  fs.writeFileSync(note, '', { mode: 0o600 });
}

/** Checks whether an environment has had a base. */
export function hasBegun(files: StateFiles): boolean {
  return fs.existsSync(noteOf(files));
}

function noteOf({ directory, environment }: StateFiles): string {
  return path.join(directory, BEGUN, path.basename(environment));
}

/** The folder of these notes in the state folder. No environment can have this name. */
export const BEGUN = '.begun';
