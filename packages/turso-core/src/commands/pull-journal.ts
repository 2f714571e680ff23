import fs from 'node:fs';
import { systemCode } from '../errors';
import { fileSystemError } from '../workspace/disk';
import { soundBaseline, type Manifest } from '../workspace/manifest';
import type { Project } from '../workspace/project';

/** Notes which snapshot is about to be brought into the working copy: the base follows only afterwards. */
export function notePull({ files }: Project, { createdAt }: Manifest): void {
  try {
    fs.writeFileSync(files.pullJournal, JSON.stringify({ createdAt }));
  } catch (error) {
    throw fileSystemError(error, files.pullJournal);
  }
}

/** Notes that the base has followed, or that nothing was written. */
export function pullDone({ files }: Project): void {
  fs.rmSync(files.pullJournal, { force: true });
}

/**
 * The snapshot that was being brought into the working copy when a run was broken off, or null. Where it is another by now,
 * what was written is found on the remote, like any change of others.
 */
export function pullUnderWay({ files }: Project): Manifest | null {
  const createdAt = readNote(files.pullJournal);
  const taken = createdAt === null ? null : soundBaseline(files.snapshot);
  return taken?.createdAt === createdAt ? taken : null;
}

function readNote(file: string): string | null {
  try {
    return (JSON.parse(fs.readFileSync(file, 'utf8')) as { createdAt: string }).createdAt;
  } catch (error) {
    // What was noted in part was never acted on.
    if (systemCode(error) === 'ENOENT' || error instanceof SyntaxError) return null;
    throw fileSystemError(error, file);
  }
}
