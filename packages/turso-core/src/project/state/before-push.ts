import fs from 'node:fs';
import path from 'node:path';
import { DifferenceError, restoreDifference, writeDifference } from '../../sqlite/files/difference';
import type { SnapshotFiles } from '../project';

/**
 * Keeps the pages in which a base differs from the next one. An undo of the push between them then restores the old
 * base. The file is part of the next base, so it disappears with it. It only saves time: without it, an undo reads the
 * push's record. So an error leaves no file, and is no other failure.
 *
 * @param push - the number of the push.
 */
export function keepBefore(old: SnapshotFiles, next: SnapshotFiles, push: number): void {
  const file = fileOf(next, push);
  try {
    writeDifference(next.database, old.database, file);
  } catch {
    fs.rmSync(file, { force: true });
  }
}

/**
 * Restores the base from before a push as a new file. Returns false, with nothing left behind, if its pages were not
 * kept, or if they or the base are damaged. Throws errors of the system.
 */
export function restoreBefore(base: SnapshotFiles, push: number, to: string): boolean {
  const file = fileOf(base, push);
  if (!fs.existsSync(file)) return false;
  try {
    restoreDifference(base.database, file, to);
    return true;
  } catch (error) {
    if (error instanceof DifferenceError) return false;
    throw error;
  }
}

function fileOf({ directory }: SnapshotFiles, push: number): string {
  return path.join(directory, `before-push-${push}`);
}
