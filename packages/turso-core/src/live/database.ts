import type { Deadline } from './deadline';
import type { ExecuteResult, LiveStatement, QueryResult } from './live';

/**
 * The database behind a live connection, as a minimal interface. Adapters: a server over HTTP, and an SQLite file.
 * Neither retries. After a `retryable` error, the caller may safely repeat the call: nothing happens twice.
 */
export interface LiveDatabase {
  /** The URL without credentials, for people. */
  readonly location: string;
  /** How often a request was repeated because the server had too many. */
  readonly repeated: number;
  query(statement: LiveStatement, deadline: Deadline): Promise<QueryResult>;
  execute(statement: LiveStatement, deadline: Deadline): Promise<ExecuteResult>;
  /** Runs all of the statements or none. */
  batch(statements: readonly LiveStatement[], deadline: Deadline): Promise<ExecuteResult[]>;
  begin(deadline: Deadline): Promise<DatabaseTransaction>;
  close(): void;
}

/** A write transaction over several calls. */
export interface DatabaseTransaction {
  query(statement: LiveStatement, deadline: Deadline): Promise<QueryResult>;
  execute(statement: LiveStatement, deadline: Deadline): Promise<ExecuteResult>;
  commit(deadline: Deadline): Promise<void>;
  rollback(deadline: Deadline): Promise<void>;
}
