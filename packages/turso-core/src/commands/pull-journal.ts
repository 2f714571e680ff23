import fs from 'node:fs';
import type { Manifest } from '../workspace/manifest';
import type { Project } from '../workspace/project';

/** Notes which snapshot is about to be brought into the working copy: the base follows only afterwards. */
export function notePull({ files }: Project, { createdAt }: Manifest): void {
  fs.writeFileSync(files.pullJournal, JSON.stringify({ createdAt }));
}

/** Notes that the base has followed, or that nothing was written. */
export function pullDone({ files }: Project): void {
  fs.rmSync(files.pullJournal, { force: true });
}
