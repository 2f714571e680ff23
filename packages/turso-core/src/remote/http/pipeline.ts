import { RawText, type SqlValue } from '../../sqlite/values/values';
import type { Condition } from './conditions';
import type { HttpClient } from './http-client';
import { notLibsql } from './http-errors';

/** One step of a batch. */
export interface Step {
  readonly sql: string;
  /** Whether the answer is to have its rows. Default is false. */
  readonly wantRows?: boolean;
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
      /** The first value of the last step that answered with rows, or null. */
      readonly value: string | null;
      /** The number of the latest write that the server knew of afterwards, or null where it does not tell. */
      readonly replicationIndex: string | null;
    };

/** A stream of the server, whose connection to the database stays the same from one request to the next. */
export interface Stream {
  readonly baton: string;
  /** Where the server wants the next request of the stream, or null for where the last one went. */
  readonly baseUrl: string | null;
}

/**
 * Runs batches one after the other on a stream of their own, in one request, without their rows. Written by hand since
 * this is the way that pushes take: the hrana client takes longer to load, to ask what the server speaks, and to encode
 * large statements, and it does not tell the number of the latest write.
 * Throws REMOTE_NOT_LIBSQL where something else answers.
 *
 * @param stream - the stream of an earlier request to go on with, which ends with this one; see {@link openStream}.
 * @see https://github.com/tursodatabase/libsql/blob/main/docs/HRANA_2_SPEC.md
 */
export async function runBatches(
  client: HttpClient,
  batches: readonly (readonly Step[])[],
  stream?: Stream,
): Promise<BatchAnswer[]> {
  const { answers } = await exchange(client, batches, { stream, isLast: true });
  return answers;
}

/**
 * Runs a batch on a new stream, and keeps the stream for {@link runBatches}. A server gives it up after 10 seconds.
 * Throws REMOTE_NOT_LIBSQL where something else answers.
 */
export async function openStream(
  client: HttpClient,
  batch: readonly Step[],
): Promise<{ readonly answer: BatchAnswer; readonly stream: Stream | null }> {
  const { answers, stream } = await exchange(client, [batch], { stream: undefined, isLast: false });
  return { answer: answers[0] as BatchAnswer, stream };
}

async function exchange(
  client: HttpClient,
  batches: readonly (readonly Step[])[],
  { stream, isLast }: { readonly stream: Stream | undefined; readonly isLast: boolean },
): Promise<{ answers: BatchAnswer[]; stream: Stream | null }> {
  const requests = batches.map((steps) => [
    encode('{"type":"batch","batch":{"steps":['),
    ...steps.map((step, i) => encode(`${i === 0 ? '' : ','}${stepJson(step)}`)),
    encode(']}}'),
  ]);
  if (isLast) requests.push([encode('{"type":"close"}')]);
  const body = [
    encode(`{"baton":${JSON.stringify(stream?.baton ?? null)},"requests":[`),
    ...requests.flatMap((request, i) => (i === 0 ? request : [encode(','), ...request])),
    encode(']}'),
  ];
  const base = stream?.baseUrl == null ? '' : `${stream.baseUrl.replace(/\/+$/, '')}/`;
  const { body: bytes } = await client.post(`${base}v2/pipeline`, 'application/json', body);
  return read(new TextDecoder().decode(bytes), batches.length, client.location);
}

function encode(text: string): Uint8Array {
  return Buffer.from(text);
}

function stepJson({ sql, args = [], condition, wantRows = false }: Step): string {
  const values = args.map(valueJson).join(',');
  const stmt = `{"sql":${JSON.stringify(sql)},"args":[${values}],"want_rows":${wantRows}}`;
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
  readonly baton?: string | null;
  readonly base_url?: string | null;
  readonly results: readonly (
    | { readonly type: 'ok'; readonly response: { readonly result?: BatchResult } }
    | { readonly type: 'error'; readonly error: Partial<ServerError> }
  )[];
}

interface BatchResult {
  readonly step_errors: readonly (Partial<ServerError> | null)[];
  readonly step_results?: readonly ({ readonly rows?: readonly (readonly { value?: unknown }[])[] } | null)[];
  readonly replication_index?: string | null;
}

function read(
  text: string,
  count: number,
  location: string,
): { answers: BatchAnswer[]; stream: Stream | null } {
  const { results, baton = null, base_url: baseUrl = null } = parse(text) ?? {};
  if (!Array.isArray(results) || results.length < count)
    throw notLibsql(location, 'its answer to a query is none');
  const answers = (results as Answer['results']).slice(0, count).map((result): BatchAnswer => {
    if (result.type === 'error') return { refused: serverError(result.error) };
    const {
      step_errors: errors,
      step_results,
      replication_index: index = null,
    } = result.response.result ?? {};
    if (errors === undefined) throw notLibsql(location, 'its answer to a batch is none');
    const value = step_results?.findLast((step) => step?.rows?.[0] !== undefined)?.rows?.[0]?.[0]?.value;
    return {
      errors: errors.map((error) => (error === null ? null : serverError(error))),
      value: typeof value === 'string' ? value : null,
      replicationIndex: index,
    };
  });
  return { answers, stream: baton === null ? null : { baton, baseUrl } };
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
