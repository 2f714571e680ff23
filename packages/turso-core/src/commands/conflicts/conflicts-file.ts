import fs from 'node:fs';
import path from 'node:path';
import type { Conflict } from '../../apply/conflict';
import { conflictsJson } from '../../apply/conflict-json';
import { reasonOf } from '../../errors';
import { writePieces } from '../../sqlite/files/write-file';
import { fileSystemError } from '../../project/state/disk';
import type { Project } from '../../project/project';
import type { OnEvent } from '../../events';

/**
 * Writes all conflicts to `conflicts.json` in the state folder, replacing it as a whole. A failure only causes a
 * warning.
 */
export async function writeConflicts(
  { project, temporary }: { readonly project: Project; readonly temporary: string },
  conflicts: readonly Conflict[],
  { location, onEvent }: { readonly location: string; readonly onEvent: OnEvent | undefined },
): Promise<void> {
  const file = project.files.conflictsJson;
  try {
    const written = path.join(temporary, path.basename(file));
    await writePieces(written, conflictsJson(conflicts, { location, createdAt: new Date() }));
    fs.renameSync(written, file);
  } catch (error) {
    onEvent?.({ type: 'warning', message: `conflicts.json was not written: ${reasonOf(error)}.` });
  }
}

/** Removes `conflicts.json` once its conflicts are over. Throws FILE_INACCESSIBLE. */
export function removeConflicts({ files }: Project): void {
  try {
    fs.rmSync(files.conflictsJson, { force: true });
  } catch (error) {
    throw fileSystemError(error, files.conflictsJson);
  }
}
