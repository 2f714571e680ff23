import type { Deadline } from './deadline';
import type { SqlValue } from '../sqlite/values/values';
import type { ExecuteResult, QueryResult } from './live';

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
  query(statement: OrderedStatement, deadline: Deadline): Promise<QueryResult>;
  execute(statement: OrderedStatement, deadline: Deadline): Promise<ExecuteResult>;
  /** Runs all of the statements or none. */
  batch(statements: readonly OrderedStatement[], deadline: Deadline): Promise<ExecuteResult[]>;
  begin(deadline: Deadline): Promise<DatabaseTransaction>;
  close(): void;
}

/** A write transaction over several calls. */
export interface DatabaseTransaction {
  query(statement: OrderedStatement, deadline: Deadline): Promise<QueryResult>;
  execute(statement: OrderedStatement, deadline: Deadline): Promise<ExecuteResult>;
  commit(deadline: Deadline): Promise<void>;
  rollback(deadline: Deadline): Promise<void>;
}
