import type { SqlValue } from '../sqlite/values/values';
import { usageInJson } from './encodings/answer-usage';
import type { Condition } from './conditions';
import type { HttpClient } from './http-client';
import { notLibsql } from './http-errors';
import { fieldsOf, listOf } from './encodings/json-fields';
import { valueJson } from './encodings/value-json';

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

/** Told of a step of a batch, by their numbers. */
export type OnSent = (batch: number, step: number) => void;

/**
 * Runs batches one after the other on a stream of their own, in one request, without their rows. This is the way that pushes take:
 * it tells the number of the latest write, and which statement has been sent.
 * Throws REMOTE_NOT_LIBSQL where something else answers.
 *
 * @param stream - the stream of an earlier request to go on with, which ends with this one; see {@link openStream}.
 * @param onSent - told of each step that has been sent.
 * @see https://github.com/tursodatabase/libsql/blob/main/docs/HRANA_2_SPEC.md
 */
export async function runBatches(
  client: HttpClient,
  batches: readonly (readonly Step[])[],
  { stream, onSent }: { readonly stream?: Stream | undefined; readonly onSent?: OnSent | undefined } = {},
): Promise<BatchAnswer[]> {
  const { answers } = await exchange(client, batches, { stream, onSent, isLast: true });
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
  const { answers, stream } = await exchange(client, [batch], { isLast: false });
  return { answer: answers[0] as BatchAnswer, stream };
}

interface ExchangeOptions {
  readonly stream?: Stream | undefined;
  readonly onSent?: OnSent | undefined;
  /** Whether the stream ends with it. */
  readonly isLast: boolean;
}

async function exchange(
  client: HttpClient,
  batches: readonly (readonly Step[])[],
  { stream, onSent, isLast }: ExchangeOptions,
): Promise<{ answers: BatchAnswer[]; stream: Stream | null }> {
  const requests = batches.map((steps, batch) => [
    piece('{"type":"batch","batch":{"steps":['),
    ...steps.map((step, i) => piece(`${i === 0 ? '' : ','}${stepJson(step)}`, [batch, i])),
    piece(']}}'),
  ]);
  if (isLast) requests.push([piece('{"type":"close"}')]);
  const pieces = [
    piece(`{"baton":${JSON.stringify(stream?.baton ?? null)},"requests":[`),
    ...requests.flatMap((request, i) => (i === 0 ? request : [piece(','), ...request])),
    piece(']}'),
  ];
  const tell = (i: number): void => {
    const step = pieces[i]?.step;
    if (step !== undefined) onSent?.(...step);
  };
  const base = stream?.baseUrl == null ? '' : `${stream.baseUrl.replace(/\/+$/, '')}/`;
  const body = pieces.map(({ bytes }) => bytes);
  const options = { onSent: tell, maxBytes: answerLimit(batches) };
  const { body: bytes } = await client.post(`${base}v2/pipeline`, 'application/json', body, options);
  const answer = parse(new TextDecoder().decode(bytes));
  client.tally.add(usageInJson(answer));
  return read(answer, batches, client.location);
}

/**
 * Bytes that the answer may have: of a step, it holds some numbers and the name of each column, which is the text of its expression.
 * Nothing here asks for more than one row.
 */
function answerLimit(batches: readonly (readonly Step[])[]): number {
  return batches.flat().reduce((sum, { sql }) => sum + 1000 + 6 * sql.length, 1_000_000);
}

/** A piece of a request's body, and the numbers of the batch and the step that it is. */
interface Piece {
  readonly bytes: Uint8Array;
  readonly step: Parameters<OnSent> | undefined;
}

function piece(text: string, step?: Parameters<OnSent>): Piece {
  return { bytes: Buffer.from(text), step };
}

function stepJson({ sql, args = [], condition, wantRows = false }: Step): string {
  const values = args.map(valueJson).join(',');
  const stmt = `{"sql":${JSON.stringify(sql)},"args":[${values}],"want_rows":${wantRows}}`;
  return condition === undefined
    ? `{"stmt":${stmt}}`
    : `{"condition":${JSON.stringify(condition)},"stmt":${stmt}}`;
}

interface BatchResult {
  readonly step_errors: readonly (object | null)[];
  readonly step_results?: unknown;
  readonly replication_index?: unknown;
}

function read(
  answer: unknown,
  batches: readonly (readonly Step[])[],
  location: string,
): { answers: BatchAnswer[]; stream: Stream | null } {
  const { results, baton, base_url: baseUrl } = fieldsOf(answer);
  if (!Array.isArray(results) || results.length < batches.length)
    throw notLibsql(location, 'its answer to a query is none');
  const answers = batches.map((steps, i): BatchAnswer => {
    const result: unknown = results[i];
    const { type, error, response } = fieldsOf(result);
    if (type === 'error') return { refused: serverError(error) };
    const { result: batch } = fieldsOf(response);
    if (!isBatchResult(batch, steps.length)) throw notLibsql(location, 'its answer to a batch is none');
    const index = batch.replication_index;
    return {
      errors: batch.step_errors.map((failure) => (failure === null ? null : serverError(failure))),
      value: lastValue(batch.step_results),
      replicationIndex: typeof index === 'string' ? index : null,
    };
  });
  const stream = typeof baton === 'string' ? { baton, baseUrl: stringOr(baseUrl, null) } : null;
  return { answers, stream };
}

function isBatchResult(value: unknown, steps: number): value is BatchResult {
  const { step_errors: errors } = fieldsOf(value);
  return (
    Array.isArray(errors) && errors.length === steps && errors.every((error) => typeof error === 'object')
  );
}

/** The first value of the last step that answered with rows, where it is text. */
function lastValue(results: unknown): string | null {
  const rowsOf = (step: unknown): unknown => fieldsOf(step)['rows'];
  const last = listOf(results).findLast((step) => listOf(rowsOf(step)).length > 0);
  return stringOr(fieldsOf(listOf(listOf(rowsOf(last))[0])[0])['value'], null);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function serverError(error: unknown): ServerError {
  const { message, code } = fieldsOf(error);
  return { message: stringOr(message, 'unknown error'), code: stringOr(code, 'UNKNOWN') };
}

function stringOr<T>(value: unknown, other: T): string | T {
  return typeof value === 'string' ? value : other;
}
