import { RawText, type SqlValue } from '../../local/values';
import type { HttpClient } from './http-client';
import { notLibsql } from './http-errors';

/** When a step of a batch is carried out: by how an earlier one, told by its index, ended. */
export type Condition =
  { readonly type: 'ok'; readonly step: number } | { readonly type: 'not'; readonly cond: Condition };

/** One step of a batch. */
export interface Step {
  readonly sql: string;
  readonly args?: readonly SqlValue[];
  readonly condition?: Condition;
}

/** An error in the server's own words. */
export interface ServerError {
  readonly message: string;
  readonly code: string;
}

/** How a batch ended: refused as a whole, with no step carried out, or with an error or null for each step. */
export type BatchAnswer =
  | { readonly refused: ServerError }
  | {
      readonly errors: readonly (ServerError | null)[];
      /** The number of the latest write that the server knew of afterwards, or null where it does not tell. */
      readonly replicationIndex: string | null;
    };

/**
 * Runs batches one after the other on a stream of their own, in one request, without their rows. Written by hand since
 * this is the way that pushes take: the hrana client takes longer to load, to ask what the server speaks, and to encode
 * large statements, and it does not tell the number of the latest write.
 * Throws REMOTE_NOT_LIBSQL where something else answers.
 *
 * @see https://github.com/tursodatabase/libsql/blob/main/docs/HRANA_2_SPEC.md
 */
export async function runBatches(
  client: HttpClient,
  batches: readonly (readonly Step[])[],
): Promise<BatchAnswer[]> {
  const body = [
    encode('{"requests":['),
    ...batches.flatMap((steps) => [
      encode('{"type":"batch","batch":{"steps":['),
      ...steps.map((step, i) => encode(`${i === 0 ? '' : ','}${stepJson(step)}`)),
      encode(']}},'),
    ]),
    encode('{"type":"close"}]}'),
  ];
  const answer = await client.post('v2/pipeline', 'application/json', body);
  return read(new TextDecoder().decode(answer.body), batches.length, client.location);
}

function encode(text: string): Uint8Array {
  return Buffer.from(text);
}

function stepJson({ sql, args = [], condition }: Step): string {
  const values = args.map(valueJson).join(',');
  const stmt = `{"sql":${JSON.stringify(sql)},"args":[${values}],"want_rows":false}`;
  return condition === undefined
    ? `{"stmt":${stmt}}`
    : `{"condition":${JSON.stringify(condition)},"stmt":${stmt}}`;
}

function valueJson(value: SqlValue): string {
  if (value === null) return '{"type":"null"}';
  if (typeof value === 'bigint') return `{"type":"integer","value":"${value}"}`;
  if (typeof value === 'number') return `{"type":"float","value":${value}}`;
  if (typeof value === 'string') return `{"type":"text","value":${JSON.stringify(value)}}`;
  const bytes = value instanceof RawText ? value.bytes : value;
  return `{"type":"blob","base64":"${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')}"}`;
}

interface Answer {
  readonly results: readonly (
    | { readonly type: 'ok'; readonly response: { readonly result?: BatchResult } }
    | { readonly type: 'error'; readonly error: Partial<ServerError> }
  )[];
}

interface BatchResult {
  readonly step_errors: readonly (Partial<ServerError> | null)[];
  readonly replication_index?: string | null;
}

function read(text: string, count: number, location: string): BatchAnswer[] {
  const results = parse(text)?.results;
  if (!Array.isArray(results) || results.length < count)
    throw notLibsql(location, 'its answer to a query is none');
  return (results as Answer['results']).slice(0, count).map((result): BatchAnswer => {
    if (result.type === 'error') return { refused: serverError(result.error) };
    const { step_errors: errors, replication_index: index = null } = result.response.result ?? {};
    if (errors === undefined) throw notLibsql(location, 'its answer to a batch is none');
    return {
      errors: errors.map((error) => (error === null ? null : serverError(error))),
      replicationIndex: index,
    };
  });
}

function parse(text: string): Partial<Answer> | null {
  try {
    return JSON.parse(text) as Partial<Answer> | null;
  } catch {
    return null;
  }
}

function serverError({ message = 'unknown error', code = 'UNKNOWN' }: Partial<ServerError>): ServerError {
  return { message, code };
}
