import type { ApplyResult } from '../../apply/apply';
import { countChanges, summarize } from '../../changeset/summary';
import { isShared } from '../starting/how-to-start';
import type { SendJob } from './send';

/** From this many changes on, an undo is faster with the pages of the old base than with the push's record. */
const MANY = 10_000;

type Applied = Extract<ApplyResult, { outcome: 'applied' }>;

/**
 * Checks whether the old base is exactly the state that an undo of a push leads to, and whether it is worth keeping.
 * The next base must differ from it by the pushed changes only.
 *
 * @param isWhole - whether the remote took each change as it was meant.
 */
export function restoresBase(
  { project, comparison, becomes }: SendJob,
  { notCarried, movedRowids }: Applied,
  isWhole: boolean,
): boolean {
  const { changeset, before } = comparison;
  const { schema, virtual, renumbered, unfitIndexes = [] } = changeset;
  const isFromBase = becomes === null && before === project.files.base.database;
  // Rows may differ in other ways that are no changes.
  const others = [schema, virtual, renumbered, unfitIndexes, notCarried, movedRowids];
  const isPlain = others.every((list) => list.length === 0) && !isShared(project);
  return isWhole && isFromBase && isPlain && countChanges(summarize(changeset)) >= MANY;
}
