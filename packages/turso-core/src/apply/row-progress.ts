import type { Target } from './target';

/** Returns a target that reports the rows written by its transactions, and how many rows these have in all. */
export function withRowProgress<T extends Pick<Target, 'transact'>>(
  target: T,
  onRows: (progress: { readonly done: number; readonly total: number; readonly unit: 'rows' }) => void,
): T {
  let done = 0;
  let total = 0;
  return {
    ...target,
    async transact(statements, options) {
      const rows = statements.map(({ carries }) => carries?.rows ?? 0);
      total += rows.reduce((sum, n) => sum + n, 0);
      const end = total;
      const outcome = await target.transact(statements, {
        ...options,
        onSent(i) {
          options?.onSent?.(i);
          done += rows[i] ?? 0;
          if (rows[i] !== 0) onRows({ done, total, unit: 'rows' });
        },
      });
      done = end;
      return outcome;
    },
  };
}
