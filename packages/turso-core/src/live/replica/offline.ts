import { reworded, type TursoSyncError } from '../../errors';
import { isFile, type ReplicaFiles } from '../../sqlite/files/replica-files';
import type { Note } from './note';
import type { FoundReplica } from './replica-state';

/** Refuses a missing file, before anything is created beside it. Throws the error of the server that is away. */
export function refuseMissing(files: ReplicaFiles, away: TursoSyncError): void {
  if (!isFile(files.database)) throw cannotServe(files, 'there is no such file', away);
}

/**
 * Returns the note of a replica that can serve while its server is away. Throws the error of the server, with the reason
 * why another replica cannot.
 */
export async function noteToServe(
  found: FoundReplica,
  { files, remote, away, isSound }: NotesToServe,
): Promise<Note> {
  if (found === null) throw cannotServe(files, 'it was never fetched as a whole', away);
  if ('fault' in found) throw cannotServe(files, `it ${found.fault}`, away);
  const { note } = found;
  if (note.remote === null)
    throw cannotServe(files, 'its note is of an older version and names no remote', away);
  if (note.remote !== remote) throw cannotServe(files, 'it was synced with another remote', away);
  if (!(await isSound())) throw cannotServe(files, 'it is damaged', away);
  return note;
}

/** Parameters of {@link noteToServe}. */
export interface NotesToServe {
  readonly files: ReplicaFiles;
  /** The address of the server, without a slash at its end. */
  readonly remote: string;
  readonly away: TursoSyncError;
  readonly isSound: () => Promise<boolean>;
}

function cannotServe({ database }: ReplicaFiles, reason: string, away: TursoSyncError): TursoSyncError {
  return reworded(away, {
    message: `${away.message} The replica ${database} cannot serve meanwhile: ${reason}.`,
  });
}
