import fs from 'node:fs';
import { fileSystemError } from './disk';
import { linkOrCopy } from './link-or-copy';
import { readJournal, removeJournal, writeJournal } from './journal';
import { forgetPush, nextPush, notePush } from './pushes';
import type { StateFiles } from '../project';

/** The note of a push before it sends anything; removed once the outcome is known. */
export interface PushJournal {
  readonly startedAt: string;
  /** The remote's URL without credentials. */
  readonly remote: string;
  /**
   * The remote's fingerprint before the push: while it stays the same, nothing has arrived. Null if the remote has
   * none.
   */
  readonly fingerprint: string | null;
  /** The name of the push's receipt on the remote. Null if the remote refuses receipts. */
  readonly receipt: string | null;
  /** Whether the receipt stays there; see {@link SavedPlan}. */
  readonly keepsReceipt: boolean;
  /** Whether the push is known to be on the remote. */
  readonly isThrough?: boolean;
  /** The number of the push; see `pushes.ts`. */
  readonly number: number;
  /** The creation time of the push's base. If the present base differs, the push has completed. */
  readonly base: string;
  /** The name of the push's upload on the remote, if it is large. */
  readonly upload?: string | undefined;
  readonly purpose?: PushPurpose | undefined;
}

/** The purpose of a push other than sending the working copy's changes. */
export interface PushPurpose {
  /** The number of the push to take back. */
  readonly undoes: number;
  /** Whether to take it back in the working copy as well. */
  readonly alsoHere: boolean;
}

/** The databases of a push, beside its journal. */
export interface PushDatabases {
  /** The starting point of the changes, if it is not the base. */
  readonly from: string | null;
  /** The result of the changes. */
  readonly pushed: string;
  /** The next base, if it is not `pushed`: it must not have content that the working copy never had. */
  readonly becomes: string | null;
}

/** Notes a push before it starts. */
export function beginPush(
  files: StateFiles,
  { from, pushed, becomes }: PushDatabases,
  known: Omit<PushJournal, 'startedAt'>,
): PushJournal {
  const startedAt = new Date().toISOString();
  const journal: PushJournal = { startedAt, ...known };
  try {
    removeDatabases(files);
    if (from !== null) linkOrCopy(from, files.pushedFrom);
    if (becomes !== null) linkOrCopy(becomes, files.pushedBase);
    // It may be open for a comparison. A rename does not disturb that.
    fs.renameSync(pushed, files.pushed);
    writeJournal(files.pushJournal, FORMAT, journal);
    notePush(files, journal.number, startedAt);
    return journal;
  } catch (error) {
    throw fileSystemError(error, files.pushJournal);
  }
}

/** Notes that a push is on the remote, or the receipt it is to get there. */
export function notePushed(
  files: StateFiles,
  journal: PushJournal,
  known: Partial<Pick<PushJournal, 'isThrough' | 'receipt'>>,
): PushJournal {
  const changed = { ...journal, ...known };
  writeJournal(files.pushJournal, FORMAT, changed);
  return changed;
}

const FORMAT = 'turso-sync-push';

/** Notes that the outcome of a push is known. */
export function endPush(files: StateFiles): void {
  removeJournal(files.pushJournal);
  removeDatabases(files);
}

/** Notes that nothing of a push is on the remote. */
export function dropPush(files: StateFiles, { number }: Pick<PushJournal, 'number'>): void {
  endPush(files);
  forgetPush(files, number);
}

/** Returns the databases of the running push, beside its journal. */
export function pushDatabases({ pushed, pushedFrom, pushedBase }: StateFiles): PushDatabases {
  const ifThere = (file: string): string | null => (fs.existsSync(file) ? file : null);
  return { from: ifThere(pushedFrom), pushed, becomes: ifThere(pushedBase) };
}

function removeDatabases(files: StateFiles): void {
  for (const file of [files.pushed, files.pushedFrom, files.pushedBase]) fs.rmSync(file, { force: true });
}

/** Returns the push of an interrupted run, or null. A partly noted push was never sent. */
export function readPushJournal(files: StateFiles): PushJournal | null {
  const note = readJournal<PushJournal>(files.pushJournal, FORMAT);
  const { startedAt, remote, base } = note ?? {};
  if (startedAt === undefined || remote === undefined || base === undefined) return null;
  if (!fs.existsSync(files.pushed)) return null;
  // Pushes of the first version left no receipt and had no number.
  const older = { fingerprint: null, receipt: null, keepsReceipt: false, number: nextPush(files) };
  return { ...older, ...note, startedAt, remote, base };
}
