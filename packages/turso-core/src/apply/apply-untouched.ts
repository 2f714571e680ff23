import type { Changeset, TableChanges } from '../changeset/model';
import { hasHiddenRowid } from '../sqlite/schema/schema';
import type { Statement, TransactionOutcome } from '../sqlite/statement';
import { RemainingWork } from './remaining-work';
import type { Target } from './target';

/**
 * Applies many row changes to a target without writes since the given fingerprint. All its rows are then as they were,
 * so old values are neither sent nor compared. Returns null, with nothing written, if nobody can tell, or if it would
 * save nothing. Not for changesets that alter tables.
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
  /** The fingerprint; null if there is none. */
  readonly since: string | null;
  /** Tables that may have rows under other hidden rowids on the target. Default is every table. */
  readonly movedRowids: ReadonlySet<string> | undefined;
  readonly onSend: ((statements: readonly Statement[]) => void) | undefined;
  /** Returns the statements for the remaining work. */
  readonly statementsFor: (work: RemainingWork) => readonly Statement[];
}
