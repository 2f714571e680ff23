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
  /** Whether the answer is to have its columns and rows. Default is true. */
  readonly wantRows?: boolean;
}

/** The same, with its values at hand. */
export type BoundStep = Omit<HranaStep, 'args'> & { readonly args?: BoundValues };

/** What a client asks of a stream. */
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

/** What a statement came to. */
export interface StatementResult {
  readonly columns: string[];
  /** NaN, which SQLite does not have, stands for a value that the encoding cannot tell; see `exact-query.ts`. */
  readonly rows: SqlValue[][];
  /** Rows that it inserted, updated or deleted itself. */
  readonly changes: number;
  readonly lastInsertRowid: bigint | null;
}

/** What a step of a batch came to: null where it was not carried out. */
export type StepResult = StatementResult | { readonly error: ServerError } | null;

/** What a statement of its own came to: Protocol Buffers tell the number of the latest write only of these. */
export interface ExecuteResult {
  readonly type: 'execute';
  readonly result: StatementResult;
  /** The number of the latest write that the server knew of afterwards, or null where it does not tell. */
  readonly replicationIndex: string | null;
}

/** What a request came to. An `error` of a batch means that no step was carried out. */
export type HranaResult =
  | { readonly type: 'error'; readonly error: ServerError }
  | { readonly type: 'batch'; readonly steps: readonly StepResult[] }
  | ExecuteResult
  | { readonly type: 'describe'; readonly isReadonly: boolean; readonly columns: readonly string[] }
  | { readonly type: 'other' };

/** What a server answers to a request of a stream. */
export interface HranaAnswer {
  /** Names the stream in the next request; null where it is closed. */
  readonly baton: string | null;
  /** Where the next request is to go, or null. */
  readonly baseUrl: string | null;
  readonly results: readonly HranaResult[];
  /** What each statement used that was carried out; null for one whose answer does not tell. */
  readonly used: readonly (Usage | null)[];
}

/** How requests and answers are written; what they say is the same in each. */
export interface HranaEncoding {
  readonly name: EncodingName;
  readonly type: 'protobuf' | 'json';
  /** Where it is spoken, below the server's root. */
  readonly path: string;
  readonly contentType: string;
  /** Whether a step can be made to depend on an open transaction, by `is_autocommit`. */
  readonly knowsAutocommit: boolean;
  encode(baton: string | null, requests: readonly HranaRequest[]): readonly BodyPiece[];
  /**
   * Reads the body of the answer to these requests. Throws a RangeError where it is none, and {@link TooManyParts} where it has so
   * many rows and values that they would take much more memory than its bytes.
   */
  decode(body: Uint8Array, requests: readonly HranaRequest[]): HranaAnswer;
}
