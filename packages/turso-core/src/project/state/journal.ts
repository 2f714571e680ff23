import fs from 'node:fs';
import { systemCode, TursoSyncError } from '../../errors';
import { fileSystemError } from './disk';

/** Version of the journals that this turso-sync writes. A newer one is refused, never guessed at. */
export const JOURNAL_VERSION = 2;

/** Which journal it is. */
export type JournalFormat = 'turso-sync-push' | 'turso-sync-pull';

/** What stands at the head of every journal. */
export interface JournalHead {
  readonly format: JournalFormat;
  readonly version: number;
}

/** Writes a journal: a JSON file that says what is under way, only ever seen whole. Throws DISK_FULL, FILE_INACCESSIBLE. */
export function writeJournal(file: string, format: JournalFormat, note: object): void {
  const head: JournalHead = { format, version: JOURNAL_VERSION };
  try {
    fs.writeFileSync(`${file}.new`, JSON.stringify({ ...note, ...head }, null, 1));
    fs.renameSync(`${file}.new`, file);
  } catch (error) {
    throw fileSystemError(error, file);
  }
}

/**
 * Reads a journal, or answers null where there is none. The notes of older versions lack some keys. Throws STATE_TOO_NEW for
 * one that a newer turso-sync has written, and FILE_INACCESSIBLE.
 */
export function readJournal<T extends object>(file: string, format: JournalFormat): Partial<T> | null {
  const value = parse(file);
  if (value === null) return null;
  // The pull journals of the first version did not name their format.
  const { format: found = format, version = 1 } = value;
  if (found === format && version <= JOURNAL_VERSION) return value as Partial<T>;
  throw new TursoSyncError(
    'STATE_TOO_NEW',
    `${file} was written by a newer turso-sync (version ${version}, this one knows ${JOURNAL_VERSION}).`,
    { hint: 'Update turso-sync in this workspace, which then finishes what was begun. Nothing was changed.' },
  );
}

/** Removes a journal, once it is known how what it tells of has ended. */
export function removeJournal(file: string): void {
  for (const name of [file, `${file}.new`]) fs.rmSync(name, { force: true });
}

function parse(file: string): Partial<JournalHead> | null {
  try {
    const value = JSON.parse(fs.readFileSync(file, 'utf8')) as unknown;
    return typeof value === 'object' ? value : null;
  } catch (error) {
    // What was noted in part was never acted on.
    if (systemCode(error) === 'ENOENT' || error instanceof SyntaxError) return null;
    throw fileSystemError(error, file);
  }
}
