import type { RowLists, Written } from './database';
import type { LiveArguments, StatementCalls } from './live';
import { rowMode, type InMode } from './rows';

/** Functions that run one statement, and answer with rows as lists. */
export interface StatementRunners {
  readonly query: (sql: string, args: LiveArguments | undefined) => Promise<RowLists>;
  readonly execute: (sql: string, args: LiveArguments | undefined) => Promise<Written>;
}

/** Creates the calls that users make, with rows in the mode they ask for. */
export function statementCalls({ query, execute }: StatementRunners): StatementCalls {
  const calls = {
    query: shaped('query()', query),
    execute: shaped('execute()', execute),
  };
  // The overloads say which options give which rows.
  return calls as StatementCalls;
}

type Run<T> = (sql: string, args: LiveArguments | undefined) => Promise<T>;

function shaped<T extends RowLists>(call: string, run: Run<T>) {
  return async (sql: string, args?: LiveArguments, options?: unknown): Promise<InMode<T>> => {
    const inMode = rowMode(call, options);
    return inMode(await run(sql, args));
  };
}
