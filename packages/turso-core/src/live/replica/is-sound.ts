import { openReadOnly, readLeniently } from '../../sqlite/files/open';
import { readSoundness, SOUNDNESS_QUERY } from '../../sqlite/soundness';

/** Checks whether a file is a sound database. Reads all of it. */
export function isSound(file: string): boolean {
  const db = openReadOnly(file);
  try {
    // Features known only to libSQL are not damage.
    readLeniently(db);
    return readSoundness(db.prepare(SOUNDNESS_QUERY).pluck().get()).damage === null;
  } catch {
    return false;
  } finally {
    db.close();
  }
}
