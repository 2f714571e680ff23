import path from 'node:path';
import type { Changeset } from '../../changeset/model';
import type { Cost, PlanHead, PushedAs } from '../../plan/plan';
import { describePlan, planText, writeCost } from '../../plan/write-plan';
import { writePieces } from '../../sqlite/files/write-file';
import { linkOrCopy } from '../../project/state/link-or-copy';
import type { Project } from '../../project/project';
import { keepPush } from '../../project/state/pushes';
import type { LeftOutTable } from '../../sqlite/schema/left-out';
import { changesIn, writeChanges } from '../comparing/written-changes';
import { needsInverse, writeInverse, type Pushed } from './inverse';

/** What was pushed, as records are to tell it. */
export interface PushedChanges {
  readonly project: Project;
  readonly temporary: string;
  readonly changeset: Changeset;
  /** The database that they were made to. */
  readonly before: string;
  /** What it became. */
  readonly after: string;
  /** The changes as a plan. */
  readonly plan: PlanHead & { readonly pushed: PushedAs };
  /** Tables and views that were not compared. */
  readonly leftOut: readonly LeftOutTable[];
  /** The number of the push. */
  readonly number: number;
}

/** What was really written, where that is not what was meant, and the tables in which rows are under other rowids there. */
export type Resolution = NonNullable<Pushed['resolved']> & {
  readonly movedRowids: readonly string[];
};

/**
 * What is kept of a push for people to read, and for an undo: its changes, and what takes them back where that does not
 * follow from them.
 */
export interface PushRecords {
  /** Begins to write them, once. A failure is told by {@link publish}. */
  begin(): void;
  /**
   * Puts them in their places, and answers with the plan of what was pushed.
   *
   * @param cost - what the push has used; null if nobody knows.
   */
  publish(resolved?: Resolution | null, cost?: Cost | null): Promise<string>;
  /** Waits until nothing reads the changes any more, also if the push failed. */
  rest(): Promise<void>;
}

/** Prepares the records of a push. */
export function createPushRecords(pushed: PushedChanges): PushRecords {
  const { project, temporary, changeset, plan, leftOut, number } = pushed;
  const hasInverse = needsInverse(changeset);
  const inverse = path.join(temporary, 'inverse.json');
  const of: Pushed = {
    before: path.join(temporary, 'before.db'),
    after: path.join(temporary, 'after.db'),
    plan,
    resolved: null,
  };
  // At once, since either may get another place meanwhile.
  const kept = hasInverse ? keepBoth(pushed, of) : Promise.resolve();
  kept.catch(() => undefined);
  let written: Promise<void> | undefined;
  const write = async (): Promise<void> => {
    await kept;
    await writeChanges(temporary, changeset, plan);
    if (hasInverse) await writeInverse(inverse, of);
  };
  const begin = (): void => {
    written ??= Promise.resolve().then(write);
    written.catch(() => undefined);
  };

  return {
    begin,
    async publish(resolved = null, cost = null) {
      begin();
      await written;
      const changes = changesIn(temporary, project);
      let record = changes.json;
      if (cost !== null) writeCost(record, plan, cost);
      if (resolved !== null) {
        const done = { ...resolved.changeset, expects: changeset.expects };
        record = path.join(temporary, 'resolved.json');
        const facts = { ...plan, leftOut, cost: cost ?? plan.cost };
        await writePieces(record, planText(describePlan(done, facts), done));
      }
      if (resolved !== null && hasInverse) {
        const { movedRowids } = resolved;
        await writeInverse(inverse, {
          ...of,
          plan: { ...plan, pushed: { ...plan.pushed, movedRowids } },
          resolved,
        });
      }
      const file = keepPush(project.files, number, { record, inverse: hasInverse ? inverse : null });
      changes.publish();
      return file;
    },
    async rest() {
      await Promise.allSettled([kept, written]);
    },
  };
}

async function keepBoth(from: PushedChanges, to: Pushed): Promise<void> {
  linkOrCopy(from.before, to.before);
  linkOrCopy(from.after, to.after);
}
