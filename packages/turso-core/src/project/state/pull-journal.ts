import fs from 'node:fs';
import { fileSystemError } from './disk';
import { readJournal, removeJournal, writeJournal } from './journal';
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
    writeJournal(files.pullJournal, FORMAT, { isWritten: false, ...note });
  } catch (error) {
    throw fileSystemError(error, files.pullJournal);
  }
}

/** Notes that the working copy has it by now. */
export function noteWritten({ files }: Project, note: PullNote): void {
  writeJournal(files.pullJournal, FORMAT, { isWritten: true, ...note });
}

/** Notes that the base has followed, or that nothing was written. */
export function pullDone({ files }: Project): void {
  removeJournal(files.pullJournal);
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
  const note = readJournal<PullNote & { readonly isWritten: boolean }>(files.pullJournal, FORMAT);
  const manifest = note === null ? null : soundBaseline(files.incoming);
  if (note === null || manifest === null) return null;
  const { isWritten = false, purpose = 'pull', receipt = null } = note;
  return { manifest, isWritten, purpose, receipt };
}

const FORMAT = 'turso-sync-pull';
