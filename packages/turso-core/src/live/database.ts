import type { Deadline } from './deadline';
import type { ExecuteResult, LiveStatement, QueryResult } from './live';

/**
 * The database that a live connection writes to, as narrow as it gets. Adapters: a server over HTTP, and an SQLite file. Neither
 * repeats anything: an error that says `retryable` is one after which the same call may be made again without doing anything twice.
 */
export interface LiveDatabase {
  /** The URL without credentials, for people. */
  readonly location: string;
  /** How often a request was repeated, since the server had too many. */
  readonly repeated: number;
  query(statement: LiveStatement, deadline: Deadline): Promise<QueryResult>;
  execute(statement: LiveStatement, deadline: Deadline): Promise<ExecuteResult>;
  /** All of the statements or none. */
  batch(statements: readonly LiveStatement[], deadline: Deadline): Promise<ExecuteResult[]>;
  begin(deadline: Deadline): Promise<DatabaseTransaction>;
  close(): void;
}

/** A write transaction of several calls. */
export interface DatabaseTransaction {
  query(statement: LiveStatement, deadline: Deadline): Promise<QueryResult>;
  execute(statement: LiveStatement, deadline: Deadline): Promise<ExecuteResult>;
  commit(deadline: Deadline): Promise<void>;
  rollback(deadline: Deadline): Promise<void>;
}
