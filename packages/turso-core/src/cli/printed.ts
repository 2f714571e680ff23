import { conflictJson, type ConflictJson, type ConflictsFile } from '../apply/conflict-json';
import type { CheckResult } from '../checks/check';
import type { ChecksResult } from '../commands/check';
import type { CleanResult } from '../commands/clean';
import type { DiffResult } from '../commands/diff';
import type { DoctorResult } from '../commands/doctor';
import type { DumpResult } from '../commands/dump';
import type { InitResult } from '../commands/init';
import type { PullResult } from '../commands/pull';
import type { PushResult } from '../commands/push';
import type { Reported } from '../commands/reporting/report-run';
import type { RestoreResult } from '../commands/restore';
import type { StatusResult } from '../commands/status';
import type { PushEntry, UndoneHere, UndoResult } from '../commands/undo';
import type { VerifyResult } from '../commands/verify';
import type { PlanFile, PlanHead, PlanRow } from '../plan/plan';
import type { JsonRow, JsonValue } from '../sqlite/values/json-value';

/** Version of what `--json` prints. New keys may be added within a version. */
export const JSON_VERSION = 1;

/** The result of each subcommand as `--json` prints it. */
export interface Results {
  readonly init: Reported<InitResult>;
  readonly push: PrintedPush;
  readonly pull: PrintedPull;
  readonly undo: PrintedUndo | PrintedPushes;
  readonly verify: Reported<Omit<VerifyResult, 'plan'>>;
  readonly check: PrintedChecks;
  readonly diff: PrintedDiff;
  readonly comment: PrintedComment;
  readonly reviewed: PrintedReviewed;
  readonly dump: Reported<DumpResult>;
  readonly restore: Reported<RestoreResult>;
  readonly clean: Reported<CleanResult>;
  readonly status: StatusResult;
  readonly doctor: DoctorResult;
}

/** What `--json` prints by subcommand, and the files for tools: each has a schema in `schemas/`, made of its type. */
export type Documents = { readonly [C in keyof Results]: PrintedResult<C> | PrintedError<C> } & {
  /** What `--json` prints if the command line names no subcommand. */
  readonly usage: PrintedError;
  readonly plan: PlanFile;
  readonly conflicts: ConflictsFile;
};

/** What `--json` prints once the work is done. */
export interface PrintedResult<C extends keyof Results> {
  readonly command: C;
  readonly version: typeof JSON_VERSION;
  readonly ok: true;
  readonly result: Results[C];
}

/** What `--json` prints if the command fails; `command` is what stands on the command line if that names none. */
export interface PrintedError<C extends string | null = string | null> {
  readonly command: C;
  readonly version: typeof JSON_VERSION;
  readonly ok: false;
  readonly error: {
    /** A stable word; `docs/reference/errors.md` explains each. */
    readonly code: string;
    readonly message: string;
    /** What to do next, or null. */
    readonly hint: string | null;
    /** Whether the same call may succeed when it is simply made again. */
    readonly retryable: boolean;
  };
}

/** The result of `push`. */
export type PrintedPush = Reported<
  Omit<PushResult, 'plan' | 'conflicts' | 'resolved'> & {
    readonly plan: PlanHead | null;
    readonly conflicts: readonly ConflictJson[];
    readonly resolved: readonly ConflictJson[];
  }
>;

/** The result of `pull`. */
export type PrintedPull = Reported<
  Omit<PullResult, 'conflicts' | 'resolved'> & {
    readonly conflicts: readonly ConflictJson[];
    readonly resolved: readonly ConflictJson[];
  }
>;

/** The result of `undo`. */
export type PrintedUndo = Reported<
  Omit<UndoResult, 'plan' | 'conflicts' | 'workingCopy'> & {
    readonly plan: PlanHead | null;
    readonly conflicts: readonly ConflictJson[];
    readonly workingCopy: PrintedUndoneHere | null;
  }
>;

type PrintedUndoneHere = Omit<UndoneHere, 'kept' | 'conflicts'> & {
  readonly kept: readonly ConflictJson[];
  readonly conflicts: readonly ConflictJson[];
};

/** The result of `undo --list`. */
export type PrintedPushes = Reported<{ readonly pushes: readonly PushEntry[] }>;

/** The result of `diff`. */
export type PrintedDiff = Reported<
  Omit<DiffResult, 'plan' | 'rows'> & {
    readonly plan: PlanHead;
    readonly rows?: readonly PrintedRow[];
  }
>;

/** The result of `check`. */
export type PrintedChecks = Reported<
  Omit<ChecksResult, 'checks'> & { readonly checks: readonly PrintedCheck[] }
>;

type PrintedCheck = Omit<CheckResult, 'first'> & {
  /** The first of its rows, up to 10. */
  readonly first: readonly (readonly JsonValue[])[];
};

/** The result of `comment`. */
export interface PrintedComment {
  readonly action: 'created' | 'updated' | 'none';
  /** The comment's page; null if there is none, or if the host does not tell. */
  readonly url: string | null;
  /** Reports by which something changes. */
  readonly changed: number;
  /** Those of them that the comment does not show in full. */
  readonly shortened: number;
}

/** The result of `reviewed`. */
export interface PrintedReviewed {
  /** The pull requests of which there are plans, in the order in which they were merged. */
  readonly reviews: readonly {
    readonly pullRequest: number;
    readonly folder: string;
    readonly plans: number;
  }[];
  /** Those of which there are none, and why. */
  readonly without: readonly { readonly pullRequest: number; readonly reason: string }[];
}

/** A changed row as `diff --values` prints it. */
export type PrintedRow = Omit<PlanRow, 'key' | 'old' | 'new'> & {
  readonly key: JsonRow;
  readonly old: JsonRow | null;
  readonly new: JsonRow | null;
};

/** Conflicts of a result, resolved or not, with values as JSON. */
export function printedConflicts<T extends Pick<PushResult, 'conflicts' | 'resolved'>>(
  result: T,
): Omit<T, 'conflicts' | 'resolved'> & Record<'conflicts' | 'resolved', ConflictJson[]> {
  const { conflicts, resolved } = result;
  return { ...result, conflicts: conflicts.map(conflictJson), resolved: resolved.map(conflictJson) };
}
