import type { Statement } from './statement';

/**
 * Returns a statement that fails, and so rolls its transaction back, unless a condition holds. Nothing else makes a
 * server stop in the middle of a batch: `json('x')` is an error, `json('1')` is none.
 */
export function guard(condition: string, args: Statement['args'] = []): Statement {
  return { sql: `SELECT json(iif(${condition}, '1', 'x'))`, args };
}
