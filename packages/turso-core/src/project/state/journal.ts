import fs from 'node:fs';
import { systemCode, TursoSyncError } from '../../errors';
import { fileSystemError } from './disk';

/** Version of this turso-sync's journals. Newer versions are refused, never guessed at. */
export const JOURNAL_VERSION = 2;

/** The kind of a journal. */
export type JournalFormat = 'turso-sync-push' | 'turso-sync-pull';

/** The head of every journal. */
export interface JournalHead {
  readonly format: JournalFormat;
  readonly version: number;
}

/**
 * Writes a journal: a JSON file about a running operation, never visible in part. Throws DISK_FULL and
 * FILE_INACCESSIBLE.
 */
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
 * Reads a journal, or returns null if there is none. Journals of older versions lack some keys. Throws STATE_TOO_NEW
 * for a journal of a newer turso-sync, and FILE_INACCESSIBLE.
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

/** Removes a journal once the outcome of its operation is known. */
export function removeJournal(file: string): void {
  for (const name of [file, `${file}.new`]) fs.rmSync(name, { force: true });
}

function parse(file: string): Partial<JournalHead> | null {
  try {
    const value = JSON.parse(fs.readFileSync(file, 'utf8')) as unknown;
    return typeof value === 'object' ? value : null;
  } catch (error) {
    // A partly written journal was never acted on.
    if (systemCode(error) === 'ENOENT' || error instanceof SyntaxError) return null;
    throw fileSystemError(error, file);
  }
}
