import type { Conflict } from '../../apply/conflict';
import { countChanges, isEmpty, NO_CHANGES, type ChangeSummary } from '../../changeset/summary';
import type { DiffResult } from '../../commands/diff';
import type { PullResult } from '../../commands/pull';
import type { PushResult } from '../../commands/push';
import type { UndoResult } from '../../commands/undo';
import type { VerifyResult } from '../../commands/verify';
import type { TursoSyncError } from '../../errors';
import type { Cost, Plan } from '../../plan/plan';
import { planOfTable } from '../../plan/plan-of-table';
import { count } from '../units';

const COMMANDS = ['push', 'pull', 'undo', 'verify', 'diff'] as const satisfies EndingCommand[];

/** A command that reports its ending to job summaries. */
export type EndingCommand = 'push' | 'pull' | 'undo' | 'verify' | 'diff';

/** The ending of a command, for readers elsewhere: in a job summary, or in the summary of an Nx run. */
export interface Ending {
  /** The command that ended. */
  readonly command: EndingCommand;
  /** The outcome, in one sentence without names and values. */
  readonly outcome: string;
  /** The outcome in a few words. */
  readonly brief: string;
  /** The changes in numbers. */
  readonly changes: ChangeSummary;
  /** The changes in full, if they are known. */
  readonly plan: Plan | null;
  /** All conflicts. */
  readonly conflicts: readonly Conflict[];
  /** The command's use of the server, or null if it is unknown, as after a failure. */
  readonly used: Cost | null;
  /** The reason for a failure, or null. */
  readonly error: TursoSyncError | null;
}

/** Returns how a push ended. */
export function pushEnding({ outcome, changes, plan, conflicts, used }: PushResult): Ending {
  const words = {
    pushed: ['Pushed.', 'pushed'],
    nothing: ['Nothing to push.', 'nothing to push'],
    'dry-run': ['Dry run: this push would go through. Nothing was written.', 'dry run'],
    conflict: inConflict(conflicts),
    refused: ['Refused by the policy. Nothing was written.', 'refused by the policy'],
  } as const;
  return { ...endingOf('push', words[outcome]), changes, plan, conflicts, used };
}

/** Returns how a pull ended, or null if it succeeded. */
export function pullEnding({ outcome, conflicts, used }: PullResult): Ending | null {
  if (outcome !== 'conflict') return null;
  return { ...endingOf('pull', inConflict(conflicts)), conflicts, used };
}

/** Returns how an undo ended. */
export function undoEnding({ outcome, push, changes, plan, conflicts, used }: UndoResult): Ending {
  const name = `Push ${push.number}`;
  const [sentence, brief] = inConflict(conflicts);
  const words = {
    undone: [`${name} undone.`, `push ${push.number} undone`],
    nothing: [`${name} is undone already.`, 'undone already'],
    conflict: [`${name} cannot be undone. ${sentence}`, brief],
  } as const;
  return { ...endingOf('undo', words[outcome]), changes, plan, conflicts, used };
}

/** Returns how a verification ended. */
export function verifyEnding({ outcome, differences, used }: VerifyResult): Ending {
  const lacks = isEmpty(differences) ? '' : ' To equal the working copy, the remote would need this:';
  const words =
    outcome === 'equal'
      ? (['The remote and the working copy are equal.', 'equal'] as const)
      : ([`The remote and the working copy differ.${lacks}`, 'different'] as const);
  return { ...endingOf('verify', words), changes: differences, used };
}

/** Returns the findings of a diff, of one table or of all. */
export function diffEnding({ plan, changes }: Pick<DiffResult, 'plan' | 'changes'>, table?: string): Ending {
  const words =
    countChanges(changes) === 0
      ? (['No changes.', 'no changes'] as const)
      : plan.verdict?.outcome === 'refused'
        ? (['The policy refuses to push this:', 'refused by the policy'] as const)
        : (['A push would carry this:', 'changes'] as const);
  const told = table === undefined ? plan : planOfTable(plan, table);
  return { ...endingOf('diff', words), changes, plan: told };
}

/** Returns how a command failed, or null if this command does not report its ending. */
export function failedEnding(name: string, error: TursoSyncError): Ending | null {
  const command = COMMANDS.find((known) => known === name);
  if (command === undefined) return null;
  return { ...endingOf(command, ['Failed.', `failed: ${error.code}`]), error };
}

type Words = readonly [outcome: string, brief: string];

function endingOf(command: EndingCommand, [outcome, brief]: Words): Ending {
  return { command, outcome, brief, changes: NO_CHANGES, plan: null, conflicts: [], used: null, error: null };
}

function inConflict(conflicts: readonly Conflict[]): Words {
  const many = count(conflicts.length, 'conflict');
  return [`${many}. Nothing was written.`, many];
}
