import type { Conflict } from '../../apply/conflict';
import { countChanges, isEmpty, NO_CHANGES, type ChangeSummary } from '../../changeset/summary';
import type { DiffResult } from '../../commands/diff';
import type { PullResult } from '../../commands/pull';
import type { PushResult } from '../../commands/push';
import type { UndoResult } from '../../commands/undo';
import type { VerifyResult } from '../../commands/verify';
import type { TursoSyncError } from '../../errors';
import type { Plan } from '../../plan/plan';
import { planOfTable } from '../../plan/plan-of-table';
import { count } from '../units';

const COMMANDS = ['push', 'pull', 'undo', 'verify', 'diff'] as const;

/** A command that tells job summaries how it ended. */
export type EndingCommand = (typeof COMMANDS)[number];

/** How a command has ended, for those who read it elsewhere: a job summary, or the summary of a run of Nx. */
export interface Ending {
  readonly command: EndingCommand;
  /** What happened, in one sentence without names and values. */
  readonly outcome: string;
  readonly changes: ChangeSummary;
  /** The changes in full, if they are known. */
  readonly plan: Plan | null;
  readonly conflicts: readonly Conflict[];
  /** Why it failed, or null. */
  readonly error: TursoSyncError | null;
}

/** How a push ended. */
export function pushEnding({ status, changes, plan, conflicts }: PushResult): Ending {
  const outcome = {
    pushed: 'Pushed.',
    nothing: 'Nothing to push.',
    planned: 'Dry run: this push would go through. Nothing was written.',
    conflict: conflictOutcome(conflicts),
    refused: 'Refused by the policy. Nothing was sent.',
  }[status];
  return { command: 'push', outcome, changes, plan, conflicts, error: null };
}

/** How a pull ended; null if it went well. */
export function pullEnding({ status, conflicts }: PullResult): Ending | null {
  if (status !== 'conflict') return null;
  const outcome = conflictOutcome(conflicts);
  return { command: 'pull', outcome, changes: NO_CHANGES, plan: null, conflicts, error: null };
}

/** How an undo ended. */
export function undoEnding({ status, push, changes, conflicts }: UndoResult): Ending {
  const outcome = {
    undone: `Push ${push.number} undone.`,
    nothing: `Push ${push.number} is undone already.`,
    conflict: `Push ${push.number} cannot be undone. ${conflictOutcome(conflicts)}`,
  }[status];
  return { command: 'undo', outcome, changes, plan: null, conflicts, error: null };
}

/** How a verification ended. */
export function verifyEnding({ isEqual, differences }: VerifyResult): Ending {
  const outcome = isEqual
    ? 'The remote and the working copy are equal.'
    : isEmpty(differences)
      ? 'The remote and the working copy differ.'
      : 'The remote and the working copy differ. To equal the working copy, the remote would need this:';
  return { command: 'verify', outcome, changes: differences, plan: null, conflicts: [], error: null };
}

/** What a diff found, of one table or of all. */
export function diffEnding({ plan, changes }: Pick<DiffResult, 'plan' | 'changes'>, table?: string): Ending {
  const outcome =
    countChanges(changes) === 0
      ? 'No changes.'
      : plan.verdict?.outcome === 'refused'
        ? 'The policy refuses to push this:'
        : 'A push would carry this:';
  const told = table === undefined ? plan : planOfTable(plan, table);
  return { command: 'diff', outcome, changes, plan: told, conflicts: [], error: null };
}

/** How a command failed; null if it is none that tells of it. */
export function failedEnding(name: string, error: TursoSyncError): Ending | null {
  const command = COMMANDS.find((known) => known === name);
  if (command === undefined) return null;
  return { command, outcome: 'Failed.', changes: NO_CHANGES, plan: null, conflicts: [], error };
}

function conflictOutcome(conflicts: readonly Conflict[]): string {
  return `${count(conflicts.length, 'conflict')}. Nothing was written.`;
}
