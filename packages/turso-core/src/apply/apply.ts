import type { Changeset } from '../changeset/model';
import { underNewNames } from '../changeset/schema/under-new-names';
import { TursoSyncError } from '../errors';
import {
  NOT_UNDERSTOOD,
  TRANSACTION_TIMEOUT,
  type Statement,
  type TransactionOutcome,
} from '../sqlite/statement';
import { applyUntouched } from './apply-untouched';
import type { Conflict } from './conflict';
import { inspect, type Findings } from './inspect/inspect';
import type { Orphans } from './statements/foreign-key-guards';
import { changesetStatements } from './statements/changeset-statements';
import { createValueStore } from './statements/value-store';
import { describeLargest } from './statements/row-limit';
import type { ConflictPolicy } from './policy';
import { RemainingWork } from './remaining-work';
import { refuseMissingModules, refusedDefinition } from './refused-definitions';
import { resolvedChangeset } from './resolved-changeset';
import type { Target } from './target';

/** How {@link apply} ended: everything is there, or nothing was written. */
export type ApplyResult =
  | {
      readonly outcome: 'applied';
      /** The changes made: the changeset without those already there, and with conflicts as resolved. */
      readonly applied: Changeset;
      /** Tables with rows under other hidden rowids there than here: see {@link ApplyOptions.movedRowids}. */
      readonly movedRowids: readonly string[];
      /** Row changes that the target already had. */
      readonly alreadyThere: number;
      /** Rows with changes of both sides now, each in other columns. */
      readonly merged: number;
      /** Rows won by the changeset. */
      readonly overwritten: number;
      /** Rows won by the target. */
      readonly kept: number;
      /** The conflicts resolved in these three ways. */
      readonly resolved: readonly Conflict[];
      /** Rows left without a parent by others, if any were in the way. */
      readonly orphans: readonly Orphans[];
      /** Whether the target refused `user_version`. It was then not carried. */
      readonly refusesUserVersion: boolean;
      /** Things that the target does not take, for people to read. */
      readonly notCarried: readonly string[];
      /** The number of transactions needed: more than 1 if the target had moved on. */
      readonly attempts: number;
      /** The fingerprint of the target from then on, if its answer told it. */
      readonly fingerprint: string | null | undefined;
    }
  | { readonly outcome: 'conflict'; readonly conflicts: readonly Conflict[] };

/** A failed check; nothing was written. */
export interface CheckFailure {
  readonly outcome: 'refused';
  /** The name of the check. */
  readonly check: string;
  /** The error code of SQLite or of the server. */
  readonly code: string;
  readonly message: string;
}

/** Options of {@link apply}. */
export interface ApplyOptions extends Partial<ConflictPolicy> {
  /** Called with each transaction before it is sent. */
  readonly onSend?: (statements: readonly Statement[]) => void;
  /**
   * Tables that may have rows under other hidden rowids on the target than in the base. In these tables, rows without a
   * key are found by their content if necessary. Default is every table. In all other tables rowids can be trusted: a
   * row missing from its place is gone, and an equal row is someone else's.
   */
  readonly movedRowids?: ReadonlySet<string>;
  /**
   * The fingerprint of the target in the state from which the changeset starts. Default is null: the target may have
   * changed since.
   */
  readonly since?: string | null;
  /** Whether the target has the two compared databases attached, for rows in the form `files`. Default is false. */
  readonly hasFiles?: boolean;
  /** A temporary folder for values, if there are too many for memory. Default is none: all of them stay in memory. */
  readonly folder?: string;
}

/** Options of {@link apply} with checks. */
export interface CheckedOptions extends ApplyOptions {
  /** Statements that must succeed after the changes, each with the name of a check. */
  readonly checks: readonly Statement[];
}

/** How many transactions may lose against other writers. After these, others cannot write while rows are read. */
const FREELY = 2;

/** The number of transactions tried before giving up on a remote that changes faster than its rows can be read. */
const ATTEMPTS = 5;

/**
 * Applies a changeset to a target: all of it in one transaction, or nothing. It is sent at once, with a guard behind
 * every statement. If a guard fails, the rows in question are read, to tell finished changes from conflicts. Throws the
 * `REMOTE_*` codes and VALUE_TOO_LARGE.
 */
export function apply(
  changeset: Changeset,
  target: Target,
  options: CheckedOptions,
): Promise<ApplyResult | CheckFailure>;
export function apply(changeset: Changeset, target: Target, options?: ApplyOptions): Promise<ApplyResult>;
export async function apply(
  changeset: Changeset,
  target: Target,
  {
    onSend,
    movedRowids,
    since = null,
    folder,
    hasFiles = false,
    merge = 'rows',
    onConflict = 'fail',
    checks = [],
  }: Partial<CheckedOptions> = {},
): Promise<ApplyResult | CheckFailure> {
  const moved = movedRowids && new Set(underNewNames(movedRowids, changeset));
  const context = { policy: { merge, onConflict }, movedRowids: moved };
  await refuseMissingModules(changeset, target);
  const altersTables = changeset.schema.some(({ action }) => action === 'alter');
  const store = createValueStore(folder);
  const { maxRowBytes = Infinity } = target;
  const statementsFor = (work: RemainingWork): Statement[] => {
    // The values stored for the previous attempt are of no use any more.
    store.clear();
    return [...changesetStatements(changeset, work, { maxRowBytes, keep: store.keep, hasFiles }), ...checks];
  };
  const untouched = altersTables
    ? null
    : await applyUntouched(changeset, target, { since, movedRowids, onSend, statementsFor });
  if (untouched?.outcome.committed === true) {
    const { fingerprint } = untouched.outcome;
    return { ...appliedResult(changeset, new RemainingWork()), attempts: 1, fingerprint };
  }
  const stopped = untouched && checkFailure(untouched.outcome, untouched.statements);
  // The code below finds every other obstacle.
  if (stopped !== null) return stopped;
  let remaining = new RemainingWork();
  for (let attempts = 1, inVain = 0; inVain < ATTEMPTS; attempts++) {
    let statements = statementsFor(remaining);
    let outcome: TransactionOutcome | null;
    // The rows of altered tables are inspected in a separate transaction.
    if (inVain < FREELY || target.transactAfter === undefined || altersTables) {
      onSend?.(statements);
      outcome = await target.transact(statements);
    } else {
      let found: Findings = { conflicts: [], work: remaining };
      outcome = await target.transactAfter(async (query) => {
        const failure = { changeset, remaining, message: '', failed: undefined };
        const options = { ...context, userVersion: remaining.userVersion };
        found = await inspect({ read: (work) => work(query) }, failure, options);
        if (found.conflicts.length > 0) return null;
        statements = statementsFor(found.work);
        onSend?.(statements);
        return statements;
      });
      if (outcome === null) return { outcome: 'conflict', conflicts: found.conflicts };
      remaining = found.work;
    }
    if (outcome.committed)
      return { ...appliedResult(changeset, remaining), attempts, fingerprint: outcome.fingerprint };
    const byCheck = checkFailure(outcome, statements);
    if (byCheck !== null) return byCheck;
    // Finding out why would take as long again.
    if (outcome.code === TRANSACTION_TIMEOUT) throw takenOver(target.location, { altersTables, checks });
    const failed = statements[outcome.failed];
    const what = { about: failed?.about, message: outcome.message, location: target.location };
    // A definition that the parser cannot read stays unreadable, whatever the other rows and definitions are.
    const unreadable = outcome.code === NOT_UNDERSTOOD ? refusedDefinition(changeset, what) : null;
    if (unreadable !== null) throw unreadable;
    // Turso Cloud does not allow setting it. Everything else is worth carrying without it.
    const userVersion = remaining.userVersion && failed?.sets !== 'user_version';
    const failure = { changeset, remaining, message: outcome.message, failed };
    const next = await inspect(target, failure, { ...context, userVersion });
    if (next.conflicts.length > 0) return { outcome: 'conflict', conflicts: next.conflicts };
    if (next.work.isSameAs(remaining)) {
      throw (
        refusal(outcome, target.location, changeset) ??
        refusedDefinition(changeset, what) ??
        refusedPush(outcome, target.location)
      );
    }
    // Rules fail one after another. With every row kept because of a rule, less work is left.
    if (next.work.keptByRule.size === remaining.keptByRule.size) inVain++;
    remaining = next.work;
  }
  throw new TursoSyncError(
    'REMOTE_BUSY',
    `${target.location} changes faster than the push can be carried out.`,
    {
      hint: 'Nothing was changed. Run the command again.',
      retryable: true,
    },
  );
}

function checkFailure(outcome: TransactionOutcome, statements: readonly Statement[]): CheckFailure | null {
  // Earlier statements may have caused the timeout.
  if (outcome.committed || outcome.code === TRANSACTION_TIMEOUT) return null;
  const check = statements[outcome.failed]?.check;
  return check === undefined
    ? null
    : { outcome: 'refused', check, code: outcome.code, message: outcome.message };
}

function appliedResult(
  changeset: Changeset,
  work: RemainingWork,
): Omit<Extract<ApplyResult, { outcome: 'applied' }>, 'attempts' | 'fingerprint'> {
  return {
    outcome: 'applied',
    applied: resolvedChangeset(work.userVersion ? changeset : { ...changeset, userVersion: null }, work),
    alreadyThere: work.count('there'),
    merged: work.count('merged'),
    overwritten: work.count('overwritten'),
    kept: work.count('kept'),
    resolved: work.resolved,
    movedRowids: [...work.movedRowids],
    orphans: work.orphans.filter((o) => !isMeant(changeset, o)),
    refusesUserVersion: !work.userVersion,
    notCarried: [...changeset.notCarried, ...(work.userVersion ? [] : ['user_version'])],
  };
}

/** Checks whether the working copy has the same orphan. */
function isMeant({ foreignKeys }: Changeset, { table, rowid, key }: Orphans): boolean {
  const violations = foreignKeys.find((check) => check.table === table)?.violations ?? [];
  return rowid !== null && violations.some((v) => v.rowid === rowid && Number(v.key) === key);
}

// https://github.com/tursodatabase/libsql/blob/main/libsql-server/src/connection/libsql.rs
function takenOver(
  location: string,
  { altersTables, checks }: { readonly altersTables: boolean; readonly checks: readonly Statement[] },
): TursoSyncError {
  const what = [
    altersTables ? ' Rebuilding a large table takes long.' : '',
    checks.length > 0 ? ' The checks on the remote are part of it, so slow ones need an index.' : '',
  ].join('');
  return new TursoSyncError(
    'REMOTE_BUSY',
    `Another writer took over on ${location} before the push was through.`,
    {
      hint: `Nothing was changed. A server does so where others wait while a transaction takes longer than 5 seconds.${what} Run the command again while nobody writes.`,
      retryable: true,
    },
  );
}

function refusal(
  outcome: Extract<TransactionOutcome, { committed: false }>,
  location: string,
  changeset: Changeset,
): TursoSyncError | null {
  if (/BUSY|LOCKED/.test(outcome.code)) {
    return new TursoSyncError('REMOTE_BUSY', `Another writer is at work on ${location}.`, {
      hint: 'Nothing was changed. Run the command again.',
      retryable: true,
    });
  }
  if (/too big/i.test(outcome.message)) {
    const largest = describeLargest(changeset);
    return new TursoSyncError('VALUE_TOO_LARGE', `${location} refuses a value as too large. ${largest}.`, {
      hint: 'libSQL servers take rows of up to 5,000,000 bytes. Nothing was changed.',
    });
  }
  return null;
}

function refusedPush(
  { message, code }: Extract<TransactionOutcome, { committed: false }>,
  location: string,
): TursoSyncError {
  return new TursoSyncError('REMOTE_FAILED', `${location} refused the push: ${message} (${code}).`, {
    hint: 'Nothing was changed.',
  });
}
