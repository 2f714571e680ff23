import type { StoredValues } from '../sqlite/stored-values';
import type { SqlValue } from '../sqlite/values/values';
import type { BodyPiece } from './body';
import type { Condition } from './chain';
import type { Usage } from './tally';
import type { EncodingName } from './capabilities';

/** Values for the parameters of a statement, in order or by name. */
export type BoundValues = readonly SqlValue[] | Readonly<Record<string, SqlValue>>;

/** One step of a batch. */
export interface HranaStep {
  readonly sql: string;
  readonly args?: BoundValues | StoredValues;
  readonly condition?: Condition;
  /** Whether the answer includes columns and rows. Default is true. */
  readonly wantRows?: boolean;
}

/** A step with its values in memory. */
export type BoundStep = Omit<HranaStep, 'args'> & { readonly args?: BoundValues };

/** A client's request on a stream. */
export type HranaRequest =
  | { readonly type: 'batch'; readonly steps: readonly HranaStep[] }
  | { readonly type: 'execute'; readonly sql: string }
  | { readonly type: 'describe'; readonly sql: string }
  | { readonly type: 'close' };

/** An error in the server's own words. */
export interface ServerError {
  readonly message: string;
  readonly code: string;
}

/** The result of a statement. */
export interface StatementResult {
  readonly columns: string[];
  /** NaN does not exist in SQLite. It marks a value that the encoding cannot represent; see `exact-query.ts`. */
  readonly rows: SqlValue[][];
  /** Rows inserted, updated or deleted by the statement itself. */
  readonly changes: number;
  readonly lastInsertRowid: bigint | null;
}

/** The result of a step in a batch; null if it did not run. */
export type StepResult = StatementResult | { readonly error: ServerError } | null;

/** The result of a single statement. Only these have the number of the latest write in Protocol Buffers. */
export interface ExecuteResult {
  readonly type: 'execute';
  readonly result: StatementResult;
  /** The server's latest write afterwards, or null if it does not report one. */
  readonly replicationIndex: string | null;
}

/** The result of a request. For a batch, `error` means that no step ran. */
export type HranaResult =
  | { readonly type: 'error'; readonly error: ServerError }
  | { readonly type: 'batch'; readonly steps: readonly StepResult[] }
  | ExecuteResult
  | { readonly type: 'describe'; readonly isReadonly: boolean; readonly columns: readonly string[] }
  | { readonly type: 'other' };

/** A server's answer on a stream. */
export interface HranaAnswer {
  /** The stream's name for the next request; null if the stream is closed. */
  readonly baton: string | null;
  /** The address for the next request, or null. */
  readonly baseUrl: string | null;
  readonly results: readonly HranaResult[];
  /** The usage of each executed statement; null if its answer does not report it. */
  readonly used: readonly (Usage | null)[];
}

/** The format of requests and answers. Their content is the same in each. */
export interface HranaEncoding {
  readonly name: EncodingName;
  readonly type: 'protobuf' | 'json';
  /** Its path below the server's root. */
  readonly path: string;
  readonly contentType: string;
  /** Whether a step can depend on an open transaction, by `is_autocommit`. */
  readonly knowsAutocommit: boolean;
  encode(baton: string | null, requests: readonly HranaRequest[]): readonly BodyPiece[];
  /**
   * Reads the body of the answer to these requests. Throws a RangeError for an invalid body. Throws
   * {@link TooManyParts} if its rows and values would take much more memory than its bytes.
   */
  decode(body: Uint8Array, requests: readonly HranaRequest[]): HranaAnswer;
}
