import path from 'node:path';
import type { Changeset } from '../../changeset/model';
import { summarize } from '../../changeset/summary';
import { changesetJson } from '../../changeset/text/json';
import { writePieces } from '../../sqlite/files/write-file';
import { linkOrCopy } from '../../project/state/link-or-copy';
import type { Project } from '../../project/project';
import { keepPush } from '../../project/state/pushes';
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
  /** What else stands at the head of the record. */
  readonly head: object | undefined;
  /** The number of the push. */
  readonly number: number;
}

/** What was really written, where that is not what was meant, and the tables in which rows are under other rowids there. */
export type Resolution = NonNullable<Pushed['resolved']> & {
  readonly movedRowids: readonly string[] | undefined;
};

/**
 * What is kept of a push for people to read, and for an undo: its changes, and what takes them back where that does not
 * follow from them.
 */
export interface PushRecords {
  /** Begins to write them, once. A failure is told by {@link publish}. */
  begin(): void;
  /** Puts them in their places. */
  publish(resolved?: Resolution | null): Promise<void>;
  /** Waits until nothing reads the changes any more, also if the push failed. */
  rest(): Promise<void>;
}

/** Prepares the records of a push. */
export function createPushRecords(pushed: PushedChanges): PushRecords {
  const { project, temporary, changeset, head, number } = pushed;
  const hasInverse = needsInverse(changeset);
  const inverse = path.join(temporary, 'inverse.json');
  const of: Pushed = {
    before: path.join(temporary, 'before.db'),
    after: path.join(temporary, 'after.db'),
    summary: summarize(changeset),
    head,
    resolved: null,
  };
  // At once, since either may get another place meanwhile.
  const kept = hasInverse ? keepBoth(pushed, of) : Promise.resolve();
  kept.catch(() => undefined);
  let written: Promise<void> | undefined;
  const write = async (): Promise<void> => {
    await kept;
    await writeChanges(temporary, changeset, head);
    if (hasInverse) await writeInverse(inverse, of);
  };
  const begin = (): void => {
    written ??= Promise.resolve().then(write);
    written.catch(() => undefined);
  };

  return {
    begin,
    async publish(resolved = null) {
      begin();
      await written;
      const changes = changesIn(temporary, project);
      let record = hasInverse ? inverse : changes.json;
      if (resolved !== null && hasInverse) {
        await writeInverse(record, { ...of, head: { ...head, movedRowids: resolved.movedRowids }, resolved });
      } else if (resolved !== null) {
        record = path.join(temporary, 'resolved.json');
        const done = { ...resolved.changeset, expects: changeset.expects };
        await writePieces(record, changesetJson(done, new Date(), head));
      }
      keepPush(project.files, number, record);
      changes.publish();
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
