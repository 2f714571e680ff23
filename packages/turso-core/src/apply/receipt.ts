import type { Statement, TransactionOutcome } from '../sqlite/statement';
import { textOf } from '../sqlite/unexpected-answer';
import { LIST_RECEIPTS, makeReceipt } from '../sqlite/receipt';
import type { Target, TransactOptions } from './target';

/**
 * Wraps a target: at most one of all transactions commits, and it leaves a receipt of this name. A proxy may repeat a
 * request and pass on the second answer. The receipt of the first one then tells how it ended. If a target does not let
 * us create tables, it is written to without a receipt.
 *
 * @param onRefused - called before anything is sent without a receipt.
 */
export function withReceipt(target: Target, name: string, onRefused: () => void): Target {
  const [transactSince, transactAfter] = [
    target.transactSince?.bind(target),
    target.transactAfter?.bind(target),
  ];
  let isRefused = false;
  const receipt = (): Statement[] => (isRefused ? [] : [makeReceipt(name)]);

  /** Returns the outcome of the statements after the receipt; `refused` if the receipt itself is not allowed. */
  function withoutReceipt(outcome: TransactionOutcome): TransactionOutcome | 'refused' {
    if (outcome.committed || isRefused) return outcome;
    if (outcome.failed > 0) return { ...outcome, failed: outcome.failed - 1 };
    if (/already exists/i.test(outcome.message)) return { committed: true, fingerprint: null };
    isRefused = true;
    onRefused();
    return 'refused';
  }

  async function transact(
    statements: readonly Statement[],
    options?: TransactOptions,
  ): Promise<TransactionOutcome> {
    const first = receipt();
    const all = [...first, ...statements];
    const outcome = withoutReceipt(await target.transact(all, behind(first.length, options)));
    return outcome === 'refused' ? target.transact(statements, options) : outcome;
  }

  return {
    location: target.location,
    ...(target.maxRowBytes === undefined ? {} : { maxRowBytes: target.maxRowBytes }),
    read: (...args) => target.read(...args),
    transact,
    ...(transactSince && {
      async transactSince(fingerprint, statements, options) {
        const first = receipt();
        const all = (): readonly Statement[] | null => {
          const meant = statements();
          return meant && [...first, ...meant];
        };
        const outcome = await transactSince(fingerprint, all, behind(first.length, options));
        const known = outcome && withoutReceipt(outcome);
        return known === 'refused' ? null : known;
      },
    }),
    ...(transactAfter && {
      async transactAfter(look) {
        let last: readonly Statement[] = [];
        const outcome = await transactAfter(async (query) => {
          const meant = await look(query);
          last = meant ?? [];
          return meant && [...receipt(), ...meant];
        });
        const known = outcome && withoutReceipt(outcome);
        // Its guards check whether the state just read still holds.
        return known === 'refused' ? transact(last) : known;
      },
    }),
  };
}

/** Returns the options of statements after a number of others. */
function behind(others: number, { onSent, onCommit }: TransactOptions = {}): TransactOptions {
  return { onSent: onSent && ((i) => i >= others && onSent(i - others)), onCommit };
}

/** Returns the names of all receipts on the target. */
export function listReceipts(target: Pick<Target, 'read'>): Promise<string[]> {
  return target.read(async (query) => (await query(LIST_RECEIPTS)).map(([name]) => textOf(name)));
}

/** Checks whether a receipt of this name exists, once nobody is at work on the target. */
export function hasReceipt(target: Pick<Target, 'read'>, name: string): Promise<boolean> {
  // A server may not notice that a client has died. It may still be at work on earlier statements, and show none of
  // them yet.
  const after = [{ sql: 'SELECT 1' }];
  return target.read(async (query) => (await query(LIST_RECEIPTS)).some(([found]) => found === name), {
    after,
  });
}
