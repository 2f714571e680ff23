import fs from 'node:fs';
import { systemCode } from '../../errors';
import { fileSystemError } from './disk';
import { soundBaseline, type Manifest } from './manifest';
import type { Project } from '../project';

/** Notes which snapshot is about to be brought into the working copy: the base follows only afterwards. */
export function notePull({ files }: Project, { createdAt }: Manifest): void {
  write(files.pullJournal, { createdAt, isWritten: false });
}

/** Notes that the working copy has it by now. */
export function noteWritten({ files }: Project, { createdAt }: Manifest): void {
  write(files.pullJournal, { createdAt, isWritten: true });
}

/** Notes that the base has followed, or that nothing was written. */
export function pullDone({ files }: Project): void {
  for (const file of [files.pullJournal, `${files.pullJournal}.new`]) fs.rmSync(file, { force: true });
}

/** A pull that was broken off. */
export interface PullUnderWay {
  /** The snapshot that was being brought into the working copy. */
  readonly snapshot: Manifest;
  /** Whether the working copy surely has it. */
  readonly isWritten: boolean;
}

/**
 * The pull that was under way when a run was broken off, or null. Where the snapshot is another by now, what was written is
 * found on the remote, like any change of others.
 */
export function pullUnderWay({ files }: Project): PullUnderWay | null {
  const note = readNote(files.pullJournal);
  const snapshot = note === null ? null : soundBaseline(files.snapshot);
  if (note === null || snapshot?.createdAt !== note.createdAt) return null;
  return { snapshot, isWritten: note.isWritten === true };
}

interface Note {
  readonly createdAt: string;
  readonly isWritten?: boolean;
}

function write(file: string, note: Note): void {
  try {
    fs.writeFileSync(`${file}.new`, JSON.stringify(note));
    fs.renameSync(`${file}.new`, file);
  } catch (error) {
    throw fileSystemError(error, file);
  }
}

function readNote(file: string): Note | null {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')) as Note;
  } catch (error) {
    // What was noted in part was never acted on.
    if (systemCode(error) === 'ENOENT' || error instanceof SyntaxError) return null;
    throw fileSystemError(error, file);
  }
}
