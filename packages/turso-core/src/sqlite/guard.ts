import type { Statement } from './statement';

/**
 * A statement that fails, and so takes its transaction back, unless a condition holds. There is no other way to make a
 * server stop in the middle of a batch: `json('x')` is an error, `json('1')` is none.
 */
export function guard(condition: string, args: Statement['args'] = []): Statement {
  return { sql: `SELECT json(iif(${condition}, '1', 'x'))`, args };
}
