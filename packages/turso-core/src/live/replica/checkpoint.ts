import { readLeniently } from '../../sqlite/files/open';
import type { ReplicaFiles } from '../../sqlite/files/replica-files';
import { Database } from '../../sqlite/files/sqlite';
import type { Note } from './note';
import { noted } from './replica-state';

/**
 * Moves the write-ahead log of a replica into its main file. Other programs can then open and close it without changing
 * it. Nobody else in this program may have it open. If this fails, the files still match their note.
 */
export function checkpointReplica(files: ReplicaFiles, note: Note): void {
  if (note.wal.frames === 0) return;
  let db: Database | undefined;
  try {
    db = new Database(files.database, { fileMustExist: true, timeout: 0 });
    readLeniently(db);
    const begun = noted(files, { ...note, phase: 'checkpointing' });
    const [{ busy, log, checkpointed } = NOTHING] = db.pragma('wal_checkpoint(PASSIVE)') as Checkpoint[];
    const isWhole = busy === 0 && log === checkpointed;
    noted(files, { ...begun, phase: isWhole ? 'backfilled' : 'still' });
    if (isWhole) db.pragma('wal_checkpoint(TRUNCATE)');
  } catch {
    // The next program to open the replica checks it against its note.
  } finally {
    db?.close();
  }
}

interface Checkpoint {
  readonly busy: number;
  readonly log: number;
  readonly checkpointed: number;
}

const NOTHING: Checkpoint = { busy: 1, log: 0, checkpointed: 0 };
