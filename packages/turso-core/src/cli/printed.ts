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
import type { RestoreResult } from '../commands/restore';
import type { StatusResult } from '../commands/status';
import type { PushEntry, UndoneHere, UndoResult } from '../commands/undo';
import type { VerbResult } from '../commands/verb-result';
import type { VerifyResult } from '../commands/verify';
import type { PlanFile, PlanHead, PlanRow } from '../plan/plan';
import type { JsonRow, JsonValue } from '../sqlite/values/json-value';

/** Version of what `--json` prints. New keys may be added within a version. */
export const JSON_VERSION = 1;

/** The result of each subcommand as `--json` prints it. */
export interface Results {
  /** The result of `init`. */
  readonly init: InitResult;
  /** The result of `push`. */
  readonly push: PrintedPush;
  /** The result of `pull`. */
  readonly pull: PrintedPull;
  /** The result of `undo`. */
  readonly undo: PrintedUndo | PrintedPushes;
  /** The result of `verify`. */
  readonly verify: PrintedVerify;
  /** The result of `check`. */
  readonly check: PrintedChecks;
  /** The result of `diff`. */
  readonly diff: PrintedDiff;
  /** The result of `comment`. */
  readonly comment: PrintedComment;
  /** The result of `reviewed`. */
  readonly reviewed: PrintedReviewed;
  /** The result of `dump`. */
  readonly dump: DumpResult;
  /** The result of `restore`. */
  readonly restore: RestoreResult;
  /** The result of `clean`. */
  readonly clean: CleanResult;
  /** The result of `status`. */
  readonly status: StatusResult;
  /** The result of `doctor`. */
  readonly doctor: DoctorResult;
}

/** What `--json` prints by subcommand, and the files for tools: each has a schema in `schemas/`, made of its type. */
export type Documents = { readonly [C in keyof Results]: PrintedResult<C> | PrintedError<C> } & {
  /** What `--json` prints if the command line names no subcommand. */
  readonly usage: PrintedError;
  /** `changes.json`, a saved plan, and the record of a push. */
  readonly plan: PlanFile;
  /** `conflicts.json`. */
  readonly conflicts: ConflictsFile;
};

/** What `--json` prints once the work is done. */
export interface PrintedResult<C extends keyof Results> {
  /** The subcommand. */
  readonly command: C;
  /** New keys may be added within a version. */
  readonly version: 1;
  /** The work is done. */
  readonly ok: true;
  /** Its result. */
  readonly result: Results[C];
}

/** What `--json` prints if the command fails; `command` is what stands on the command line if that names none. */
export interface PrintedError<C extends string | null = string | null> {
  /** The subcommand. */
  readonly command: C;
  /** New keys may be added within a version. */
  readonly version: 1;
  /** The command failed. */
  readonly ok: false;
  /** The failure. */
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
export type PrintedPush = Omit<PushResult, 'plan' | 'conflicts' | 'resolved'> & {
  /** The head of the plan, or null. */
  readonly plan: PlanHead | null;
  /** All conflicts. */
  readonly conflicts: readonly ConflictJson[];
  /** The conflicts that the options resolved. */
  readonly resolved: readonly ConflictJson[];
};

/** The result of `pull`. */
export type PrintedPull = Omit<PullResult, 'conflicts' | 'resolved'> & {
  /** All conflicts. */
  readonly conflicts: readonly ConflictJson[];
  /** The conflicts that the options resolved. */
  readonly resolved: readonly ConflictJson[];
};

/** The result of `undo`. */
export type PrintedUndo = Omit<UndoResult, 'plan' | 'conflicts' | 'workingCopy'> & {
  /** The head of the plan, or null. */
  readonly plan: PlanHead | null;
  /** All conflicts. */
  readonly conflicts: readonly ConflictJson[];
  /** The effect on the working copy, or null. */
  readonly workingCopy: PrintedUndoneHere | null;
};

/** The effect of an undo on the working copy. */
export type PrintedUndoneHere = Omit<UndoneHere, 'kept' | 'conflicts'> & {
  /** Rows that were edited since, and stay as they are. */
  readonly kept: readonly ConflictJson[];
  /** Conflicts in the working copy. */
  readonly conflicts: readonly ConflictJson[];
};

/** The result of `undo --list`. */
export interface PrintedPushes extends VerbResult {
  /** The pushes were listed. */
  readonly outcome: 'listed';
  /** The kept pushes, the latest first. */
  readonly pushes: readonly PushEntry[];
}

/** The result of `verify`. */
export type PrintedVerify = Omit<VerifyResult, 'plan'>;

/** The result of `diff`. */
export type PrintedDiff = Omit<DiffResult, 'plan' | 'rows'> & {
  /** The head of the plan. */
  readonly plan: PlanHead;
  /** Changed rows, if they were asked for. */
  readonly rows?: readonly PrintedRow[];
};

/** The result of `check`. */
export type PrintedChecks = Omit<ChecksResult, 'checks'> & {
  /** The result of each check. */
  readonly checks: readonly PrintedCheck[];
};

/** A check as `check` prints it. */
export type PrintedCheck = Omit<CheckResult, 'first'> & {
  /** The first of its rows, up to 10. */
  readonly first: readonly (readonly JsonValue[])[];
};

/** The result of `comment`. */
export interface PrintedComment extends VerbResult {
  /** What happened to the comment. */
  readonly outcome: 'created' | 'updated' | 'none';
  /** The comment's page; null if there is none, or if the host does not tell. */
  readonly url: string | null;
  /** Reports by which something changes. */
  readonly changed: number;
  /** Those of them that the comment does not show in full. */
  readonly shortened: number;
}

/** The result of `reviewed`. */
export interface PrintedReviewed extends VerbResult {
  /** Whether any plan was fetched. */
  readonly outcome: 'fetched' | 'none';
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
  /** The columns that identify the row. */
  readonly key: JsonRow;
  /** The row before, or null. */
  readonly old: JsonRow | null;
  /** The row afterwards, or null. */
  readonly new: JsonRow | null;
};

/** Conflicts of a result, resolved or not, with values as JSON. */
export function printedConflicts<T extends Pick<PushResult, 'conflicts' | 'resolved'>>(
  result: T,
): Omit<T, 'conflicts' | 'resolved'> & Record<'conflicts' | 'resolved', ConflictJson[]> {
  const { conflicts, resolved } = result;
  return { ...result, conflicts: conflicts.map(conflictJson), resolved: resolved.map(conflictJson) };
}

/** The facts about a run without contact to the remote, for subcommands without a verb in the library. */
export function localResult<O extends string>(
  outcome: O,
  environment: string | null,
): VerbResult & { readonly outcome: O } {
  const durationMs = Math.round(performance.now());
  return { outcome, remote: null, environment, warnings: [], used: null, durationMs };
}
