import fs from 'node:fs';
import { systemCode } from '../../errors';
import { fileSystemError } from './disk';
import type { StateFiles } from '../project';

/** What is noted of a push before anything of it is sent; gone when it is known how it ended. */
export interface PushJournal {
  readonly format: 'turso-sync-push';
  readonly version: 1;
  readonly startedAt: string;
  /** The remote's URL without credentials. */
  readonly remote: string;
  /** The remote's mark before: while it is the same, nothing has arrived. Null where it has none. */
  readonly fingerprint: string | null;
  /** When the base was made that the push starts from: another one says that it is through. */
  readonly base: string;
  readonly purpose?: PushPurpose | undefined;
}

/** What stands at the head of what is kept of a push. */
export interface PushPurpose {
  /** The number of the push that it takes back. */
  readonly undoes: number;
}

/** Notes that a push is under way; `pushed` is the database that becomes the base, and is kept beside the journal. */
export function beginPush(
  files: StateFiles,
  pushed: string,
  journal: Omit<PushJournal, 'format' | 'version' | 'startedAt'>,
): void {
  const startedAt = new Date().toISOString();
  const text = JSON.stringify({ format: 'turso-sync-push', version: 1, startedAt, ...journal }, null, 1);
  try {
    // Where it may be open for comparing, which a rename does not disturb.
    fs.renameSync(pushed, files.pushed);
    fs.writeFileSync(`${files.pushJournal}.new`, text);
    fs.renameSync(`${files.pushJournal}.new`, files.pushJournal);
  } catch (error) {
    throw fileSystemError(error, files.pushJournal);
  }
}

/** Notes that it is known how the push ended. */
export function endPush(files: StateFiles): void {
  for (const file of [files.pushJournal, `${files.pushJournal}.new`, files.pushed]) {
    fs.rmSync(file, { force: true });
  }
}

/** The push that was under way when a run was broken off, or null. What was noted in part was never sent. */
export function readPushJournal(files: StateFiles): PushJournal | null {
  try {
    const journal = JSON.parse(fs.readFileSync(files.pushJournal, 'utf8')) as PushJournal;
    return fs.existsSync(files.pushed) ? journal : null;
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || error instanceof SyntaxError) return null;
    throw fileSystemError(error, files.pushJournal);
  }
}
