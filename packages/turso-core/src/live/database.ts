import type { Deadline } from './deadline';
import type { SqlValue } from '../sqlite/values/values';
import type { ExecuteResult, QueryResult } from './live';

/** The rows of a query, as lists of values. */
export type RowLists = QueryResult<SqlValue[]>;

/** The changes of a statement and its rows, as lists of values. */
export type Written = ExecuteResult<SqlValue[]>;

/** A statement with a value for each of its parameters, in their order. */
export interface OrderedStatement {
  readonly sql: string;
  /** Default is none. */
  readonly args?: readonly SqlValue[];
}

/**
 * The database behind a live connection, as a minimal interface. Adapters: a server over HTTP, and an SQLite file.
 * Neither retries. After a `retryable` error, the caller may safely repeat the call: nothing happens twice.
 */
export interface LiveDatabase {
  /** The URL without credentials, for people. */
  readonly location: string;
  /** How often a request was repeated because the server had too many. */
  readonly repeated: number;
  query(statement: OrderedStatement, deadline: Deadline): Promise<RowLists>;
  execute(statement: OrderedStatement, deadline: Deadline): Promise<Written>;
  /** Runs all of the statements or none. */
  batch(statements: readonly OrderedStatement[], deadline: Deadline): Promise<Written[]>;
  begin(deadline: Deadline): Promise<DatabaseTransaction>;
  close(): void;
}

/** A write transaction over several calls. */
export interface DatabaseTransaction {
  query(statement: OrderedStatement, deadline: Deadline): Promise<RowLists>;
  execute(statement: OrderedStatement, deadline: Deadline): Promise<Written>;
  commit(deadline: Deadline): Promise<void>;
  rollback(deadline: Deadline): Promise<void>;
}
