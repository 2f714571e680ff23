import fs from 'node:fs';
import { fileSystemError } from './disk';
import { readJournal, removeJournal, writeJournal } from './journal';
import { linkOrCopy } from './link-or-copy';
import { soundManifest, type Manifest } from './manifest';
import type { SnapshotFiles, Project } from '../project';

/** The note of a pull. */
export interface PullNote {
  /** Whether it applies changes from the remote, or an undo. */
  readonly purpose: 'pull' | 'undo';
  /** The receipt left by its transaction in the working copy; null if there is none. */
  readonly receipt: string | null;
}

/**
 * Notes the content about to enter the working copy, and keeps it: a newer snapshot may replace this one meanwhile. The
 * base follows only afterwards.
 */
export function notePull({ files }: Project, source: SnapshotFiles, note: PullNote): void {
  const { incoming } = files;
  try {
    if (source.directory !== incoming.directory) {
      fs.rmSync(incoming.directory, { recursive: true, force: true });
      fs.mkdirSync(incoming.directory, { recursive: true });
      linkOrCopy(source.database, incoming.database);
      fs.copyFileSync(source.manifest, incoming.manifest);
    }
    writeJournal(files.pullJournal, FORMAT, { isWritten: false, ...note });
  } catch (error) {
    throw fileSystemError(error, files.pullJournal);
  }
}

/** Notes that the working copy has the content. */
export function noteWritten({ files }: Project, note: PullNote): void {
  writeJournal(files.pullJournal, FORMAT, { isWritten: true, ...note });
}

/** Notes that the base has followed, or that nothing was written. */
export function pullDone({ files }: Project): void {
  removeJournal(files.pullJournal);
  fs.rmSync(files.incoming.directory, { recursive: true, force: true });
}

/** An interrupted pull. */
export interface PullUnderWay extends PullNote {
  /** The manifest of `incoming`, on its way into the working copy. */
  readonly manifest: Manifest;
  /** Whether the working copy certainly has it. */
  readonly isWritten: boolean;
}

/** Returns the pull of an interrupted run, or null. */
export function pullUnderWay({ files }: Project): PullUnderWay | null {
  const note = readJournal<PullNote & { readonly isWritten: boolean }>(files.pullJournal, FORMAT);
  const manifest = note === null ? null : soundManifest(files.incoming);
  if (note === null || manifest === null) return null;
  const { isWritten = false, purpose = 'pull', receipt = null } = note;
  return { manifest, isWritten, purpose, receipt };
}

const FORMAT = 'turso-sync-pull';
