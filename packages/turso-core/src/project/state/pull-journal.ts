import fs from 'node:fs';
import { systemCode } from '../../errors';
import { fileSystemError } from './disk';
import { linkOrCopy } from './link-or-copy';
import { soundBaseline, type Manifest } from './manifest';
import type { BaselineFiles, Project } from '../project';

/** How a pull is noted. */
export interface PullNote {
  /** Whether it brings in what someone pushed, or what an undo took back. */
  readonly purpose: 'pull' | 'undo';
  /** The receipt that its transaction leaves in the working copy; null if it leaves none. */
  readonly receipt: string | null;
}

/**
 * Notes what is about to be brought into the working copy, and keeps it: the snapshot may be replaced by a newer one
 * meanwhile. The base follows only afterwards.
 */
export function notePull({ files }: Project, source: BaselineFiles, note: PullNote): void {
  const { incoming } = files;
  try {
    if (source.directory !== incoming.directory) {
      fs.rmSync(incoming.directory, { recursive: true, force: true });
      fs.mkdirSync(incoming.directory, { recursive: true });
      linkOrCopy(source.database, incoming.database);
      fs.copyFileSync(source.manifest, incoming.manifest);
    }
    write(files.pullJournal, { isWritten: false, ...note });
  } catch (error) {
    throw fileSystemError(error, files.pullJournal);
  }
}

/** Notes that the working copy has it by now. */
export function noteWritten({ files }: Project, note: PullNote): void {
  write(files.pullJournal, { isWritten: true, ...note });
}

/** Notes that the base has followed, or that nothing was written. */
export function pullDone({ files }: Project): void {
  for (const file of [files.pullJournal, `${files.pullJournal}.new`]) fs.rmSync(file, { force: true });
  fs.rmSync(files.incoming.directory, { recursive: true, force: true });
}

/** A pull that was broken off. */
export interface PullUnderWay extends PullNote {
  /** The manifest of what was being brought into the working copy, which is `incoming`. */
  readonly manifest: Manifest;
  /** Whether the working copy surely has it. */
  readonly isWritten: boolean;
}

/** The pull that was under way when a run was broken off, or null. */
export function pullUnderWay({ files }: Project): PullUnderWay | null {
  const note = readNote(files.pullJournal);
  const manifest = note === null ? null : soundBaseline(files.incoming);
  if (note === null || manifest === null) return null;
  const { isWritten = false, purpose = 'pull', receipt = null } = note;
  return { manifest, isWritten, purpose, receipt };
}

interface Note extends Partial<PullNote> {
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
