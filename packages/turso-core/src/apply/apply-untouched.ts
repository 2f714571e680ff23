import type { Changeset, TableChanges } from '../changeset/model';
import { hasHiddenRowid } from '../sqlite/schema/schema';
import type { Statement, TransactionOutcome } from '../sqlite/statement';
import { RemainingWork } from './remaining-work';
import type { Target } from './target';

/**
 * Makes many changes of rows happen on a target that nobody has written to since its mark: then all rows are as they were, so
 * that neither are their old values sent, nor does the target compare them. Null, with nothing written, where that
 * cannot be told, and where it would save nothing. Not for changes that alter tables.
 */
export async function applyUntouched(
  changeset: Changeset,
  target: Target,
  { since, movedRowids, onSend, statementsFor }: UntouchedOptions,
): Promise<{ outcome: TransactionOutcome; statements: readonly Statement[] } | null> {
  const isUntouched = ({ key, table }: TableChanges): boolean =>
    key.length > 0 && (!hasHiddenRowid(table) || movedRowids?.has(table.name) === false);
  const saves = (changes: TableChanges): boolean =>
    isUntouched(changes) && (changes.bulk('update', 'keys') ?? changes.bulk('delete', 'keys')) !== null;
  if (since === null || !changeset.tables.some(saves)) return null;
  let statements: readonly Statement[] = [];
  const outcome = await target.transactSince?.(since, () => {
    const everything = Object.assign(new RemainingWork(), { isUntouched });
    statements = statementsFor(everything);
    onSend?.(statements);
    return statements;
  });
  return outcome ? { outcome, statements } : null;
}

interface UntouchedOptions {
  /** The mark; null where there is none. */
  readonly since: string | null;
  /** Tables that may have rows under other hidden rowids there; every table where it is left out. */
  readonly movedRowids: ReadonlySet<string> | undefined;
  readonly onSend: ((statements: readonly Statement[]) => void) | undefined;
  /** The statements that carry out what is still to be done. */
  readonly statementsFor: (work: RemainingWork) => readonly Statement[];
}
