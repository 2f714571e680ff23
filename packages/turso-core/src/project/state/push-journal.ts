import fs from 'node:fs';
import { fileSystemError } from './disk';
import { linkOrCopy } from './link-or-copy';
import { readJournal, removeJournal, writeJournal } from './journal';
import { forgetPush, nextPush, notePush } from './pushes';
import type { StateFiles } from '../project';

/** What is noted of a push before anything of it is sent; gone when it is known how it ended. */
export interface PushJournal {
  readonly startedAt: string;
  /** The remote's URL without credentials. */
  readonly remote: string;
  /** The remote's mark before: while it is the same, nothing has arrived. Null where it has none. */
  readonly fingerprint: string | null;
  /** The name of the receipt that the push leaves on the remote. Null if the remote does not let it be made. */
  readonly receipt: string | null;
  /** Whether the receipt stays there; see {@link SavedPlan}. */
  readonly keepsReceipt: boolean;
  /** Whether the push is known to be on the remote. */
  readonly isThrough?: boolean;
  /** The number of the push; see `pushes.ts`. */
  readonly number: number;
  /** When the base was made that the push starts from: another one says that it is through. */
  readonly base: string;
  /** What the push uploads first, if it is large: its name on the remote. */
  readonly upload?: string | undefined;
  readonly purpose?: PushPurpose | undefined;
}

/** What a push is for that does not come from the working copy's changes. */
export interface PushPurpose {
  /** The number of the push that it takes back. */
  readonly undoes: number;
  /** Whether the working copy is to be taken back as well. */
  readonly alsoHere: boolean;
}

/** The databases of a push, which are kept beside its journal. */
export interface PushDatabases {
  /** What the changes were made to, if it is not the base. */
  readonly from: string | null;
  /** What the changes make of it. */
  readonly pushed: string;
  /** What the base becomes, if it is not `pushed`: the base must not hold what the working copy never had. */
  readonly becomes: string | null;
}

/** Notes that a push is under way. */
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
    // It may be open for comparing, which a rename does not disturb.
    fs.renameSync(pushed, files.pushed);
    writeJournal(files.pushJournal, FORMAT, journal);
    notePush(files, journal.number, startedAt);
    return journal;
  } catch (error) {
    throw fileSystemError(error, files.pushJournal);
  }
}

/** Notes that a push is on the remote, or under which receipt it is to get there. */
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

/** Notes that it is known how the push ended. */
export function endPush(files: StateFiles): void {
  removeJournal(files.pushJournal);
  removeDatabases(files);
}

/** The same for a push of which nothing is on the remote. */
export function dropPush(files: StateFiles, { number }: Pick<PushJournal, 'number'>): void {
  endPush(files);
  forgetPush(files, number);
}

/** The databases beside the journal of the push that is under way. */
export function pushDatabases({ pushed, pushedFrom, pushedBase }: StateFiles): PushDatabases {
  const ifThere = (file: string): string | null => (fs.existsSync(file) ? file : null);
  return { from: ifThere(pushedFrom), pushed, becomes: ifThere(pushedBase) };
}

function removeDatabases(files: StateFiles): void {
  for (const file of [files.pushed, files.pushedFrom, files.pushedBase]) fs.rmSync(file, { force: true });
}

/** The push that was under way when a run was broken off, or null. What was noted in part was never sent. */
export function readPushJournal(files: StateFiles): PushJournal | null {
  const note = readJournal<PushJournal>(files.pushJournal, FORMAT);
  const { startedAt, remote, base } = note ?? {};
  if (startedAt === undefined || remote === undefined || base === undefined) return null;
  if (!fs.existsSync(files.pushed)) return null;
  // Pushes of the first version left no receipt and had no number.
  const older = { fingerprint: null, receipt: null, keepsReceipt: false, number: nextPush(files) };
  return { ...older, ...note, startedAt, remote, base };
}
