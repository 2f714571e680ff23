import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { RawText, type SqlValue } from '../../sqlite/values/values';
import { LIMIT, TooManyParts } from '../answer-parts';
import { sizeOf, stepPiece, type BodyPiece } from '../body';
import type { Condition } from '../chain';
import type {
  BoundStep,
  BoundValues,
  HranaAnswer,
  HranaEncoding,
  HranaRequest,
  HranaResult,
  HranaStep,
  ServerError,
  StatementResult,
  StepResult,
} from '../hrana';
import { usageOf, type Usage } from '../tally';
import { checkedResult } from './checked-result';
import { readMessage, TooManyMessages, type MessageFields } from './protobuf-fields';

/**
 * Hrana 3 in Protocol Buffers.
 *
 * @see https://github.com/tursodatabase/libsql/blob/main/docs/HRANA_3_SPEC.md
 */
export const PROTOBUF: HranaEncoding = {
  name: 'v3-protobuf',
  type: 'protobuf',
  path: 'v3-protobuf/pipeline',
  contentType: 'application/x-protobuf',
  knowsAutocommit: true,
  encode: encodeRequests,
  decode: decodeAnswer,
};

const { Varint, Bit64, LengthDelimited } = WireType;

function encodeRequests(baton: string | null, requests: readonly HranaRequest[]): BodyPiece[] {
  const writer = new BinaryWriter();
  const head = baton === null ? [] : [{ bytes: writer.tag(1, LengthDelimited).string(baton).finish() }];
  return [...head, ...requests.flatMap((request, i) => within(2, encodeRequest(writer, request, i)))];
}

/** Wraps pieces as the content of a field, without copying large ones. */
function within(tag: number, pieces: readonly BodyPiece[]): BodyPiece[] {
  const bytes = new BinaryWriter().tag(tag, LengthDelimited).uint32(sizeOf(pieces)).finish();
  return [{ bytes }, ...pieces];
}

function encodeRequest(writer: BinaryWriter, request: HranaRequest, number: number): BodyPiece[] {
  if (request.type === 'close') return within(1, []);
  if (request.type === 'describe')
    return within(5, [{ bytes: writer.tag(1, LengthDelimited).string(request.sql).finish() }]);
  if (request.type === 'execute') {
    writeStatement(writer, 1, request);
    return within(2, [{ bytes: writer.finish() }]);
  }
  const encode = (step: BoundStep): Uint8Array => {
    writeStep(writer, step);
    return writer.finish();
  };
  const steps = request.steps.map((step, i) => stepPiece(step, [number, i], encode));
  return within(3, within(1, steps));
}

function writeStep(writer: BinaryWriter, { condition, ...statement }: BoundStep): void {
  writer.tag(1, LengthDelimited).fork();
  if (condition !== undefined) {
    writer.tag(1, LengthDelimited).fork();
    writeCondition(writer, condition);
    writer.join();
  }
  writeStatement(writer, 2, statement);
  writer.join();
}

function writeStatement(
  writer: BinaryWriter,
  tag: number,
  { sql, args = [], wantRows = true }: Omit<BoundStep, 'condition'>,
): void {
  writer.tag(tag, LengthDelimited).fork();
  writer.tag(1, LengthDelimited).string(sql);
  writeArguments(writer, args);
  writer.tag(5, Varint).bool(wantRows);
  writer.join();
}

function writeArguments(writer: BinaryWriter, args: BoundValues): void {
  if (Array.isArray(args)) {
    for (const value of args as readonly SqlValue[]) writeValue(writer, 3, value);
    return;
  }
  for (const [name, value] of Object.entries(args)) {
    writer.tag(4, LengthDelimited).fork();
    writer.tag(1, LengthDelimited).string(name);
    writeValue(writer, 2, value);
    writer.join();
  }
}

function writeValue(writer: BinaryWriter, tag: number, value: SqlValue): void {
  writer.tag(tag, LengthDelimited).fork();
  if (value === null) writer.tag(1, LengthDelimited).uint32(0);
  else if (typeof value === 'bigint') writer.tag(2, Varint).sint64(value);
  else if (typeof value === 'number') writer.tag(3, Bit64).double(value);
  else if (typeof value === 'string') writer.tag(4, LengthDelimited).string(value);
  else writer.tag(5, LengthDelimited).bytes(value instanceof RawText ? value.bytes : value);
  writer.join();
}

function writeCondition(writer: BinaryWriter, condition: Condition): void {
  if (condition.type === 'ok') {
    writer.tag(1, Varint).uint32(condition.step);
    return;
  }
  writer.tag(condition.type === 'not' ? 3 : 6, LengthDelimited).fork();
  if (condition.type === 'not') writeCondition(writer, condition.cond);
  writer.join();
}

function decodeAnswer(body: Uint8Array, requests: readonly HranaRequest[]): HranaAnswer {
  try {
    return readMessage(body, (fields) => decodeBody(fields, requests), LIMIT);
  } catch (error) {
    throw error instanceof TooManyMessages ? new TooManyParts() : error;
  }
}

function decodeBody(fields: MessageFields, requests: readonly HranaRequest[]): HranaAnswer {
  const used: (Usage | null)[] = [];
  const results: HranaResult[] = [];
  let baton: string | null = null;
  let baseUrl: string | null = null;
  for (let tag; (tag = fields.next()) > 0;) {
    if (tag === 1) baton = fields.text();
    else if (tag === 2) baseUrl = fields.text();
    else if (tag === 3) results.push(decodeResult(fields.message(), requests[results.length], used));
  }
  return { baton, baseUrl, results, used };
}

function decodeResult(
  fields: MessageFields,
  request: HranaRequest | undefined,
  used: (Usage | null)[],
): HranaResult {
  for (let tag; (tag = fields.next()) > 0;) {
    if (tag === 2) return { type: 'error', error: decodeError(fields.message()) };
    if (tag === 1) return decodeResponse(fields.message(), request, used);
  }
  return { type: 'other' };
}

function decodeResponse(
  fields: MessageFields,
  request: HranaRequest | undefined,
  used: (Usage | null)[],
): HranaResult {
  for (let tag; (tag = fields.next()) > 0;) {
    if (tag === 3 && request?.type === 'batch')
      return decodeBatch(inner(fields.message()), request.steps, used);
    if (tag === 2) return decodeExecuted(inner(fields.message()), used);
    if (tag === 5) return { type: 'describe', ...decodeDescribed(inner(fields.message())) };
  }
  return { type: 'other' };
}

/** Returns the message in the first field of another, or null. */
function inner(fields: MessageFields): MessageFields | null {
  for (let tag; (tag = fields.next()) > 0;) if (tag === 1) return fields.message();
  return null;
}

function decodeBatch(
  fields: MessageFields | null,
  asked: readonly HranaStep[],
  used: (Usage | null)[],
): HranaResult {
  const steps: StepResult[] = asked.map(() => null);
  for (let tag; fields !== null && (tag = fields.next()) > 0;)
    if (tag === 1 || tag === 2) decodeEntry(fields.message(), tag === 2);
  return { type: 'batch', steps };

  function decodeEntry(entry: MessageFields, isError: boolean): void {
    let key = 0;
    for (let tag; (tag = entry.next()) > 0;) {
      if (tag === 1) key = Number(entry.integer());
      else if (tag === 2) {
        const step = asked[key];
        if (step === undefined) throw new RangeError('A result is of no step.');
        const value = entry.message();
        steps[key] = isError ? { error: decodeError(value) } : decodeStatement(value, step, used);
      }
    }
  }
}

function decodeExecuted(fields: MessageFields | null, used: (Usage | null)[]): HranaResult {
  if (fields === null) return { type: 'other' };
  let replicationIndex: string | null = null;
  const result = decodeStatement(fields, {}, used, (index) => (replicationIndex = index));
  return { type: 'execute', result, replicationIndex };
}

function decodeStatement(
  fields: MessageFields,
  { wantRows = true }: Pick<HranaStep, 'wantRows'>,
  used: (Usage | null)[],
  onIndex?: (index: string) => void,
): StatementResult {
  const columns: string[] = [];
  const rows: SqlValue[][] = [];
  let changes = 0;
  let lastInsertRowid: bigint | null = null;
  // Zeros are omitted. Every executed statement has a duration, so that field shows that the server reports usage.
  let [rowsRead, rowsWritten, isTold] = [0, 0, false];
  for (let tag; (tag = fields.next()) > 0;) {
    if (tag === 1 && wantRows) columns.push(firstText(fields.message()));
    else if (tag === 2 && wantRows) rows.push(decodeRow(fields.message()));
    else if (tag === 3) changes = Number(fields.integer());
    else if (tag === 4) lastInsertRowid = fields.signed();
    else if (tag === 5) onIndex?.(String(fields.integer()));
    else if (tag === 6) rowsRead = Number(fields.integer());
    else if (tag === 7) rowsWritten = Number(fields.integer());
    isTold ||= tag >= 6 && tag <= 8;
  }
  used.push(isTold ? usageOf(rowsRead, rowsWritten) : null);
  return checkedResult({ columns, rows, changes, lastInsertRowid });
}

function firstText(fields: MessageFields): string {
  for (let tag; (tag = fields.next()) > 0;) if (tag === 1) return fields.text();
  return '';
}

function decodeRow(fields: MessageFields): SqlValue[] {
  const row: SqlValue[] = [];
  for (let tag; (tag = fields.next()) > 0;) if (tag === 1) row.push(decodeValue(fields.message()));
  return row;
}

function decodeValue(fields: MessageFields): SqlValue {
  switch (fields.next()) {
    case 1:
      return null;
    case 2:
      return fields.signed();
    case 3:
      return fields.double();
    case 4:
      return fields.text();
    case 5:
      return ownBytes(fields.bytes());
    default:
      throw new RangeError('A value of no type.');
  }
}

/**
 * Returns a copy, to release the whole answer from memory. If the bytes are most of the answer, a copy would save
 * nothing.
 */
function ownBytes(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength > bytes.buffer.byteLength / 2 ? bytes : bytes.slice();
}

function decodeDescribed(fields: MessageFields | null): { isReadonly: boolean; columns: string[] } {
  let isReadonly = false;
  const columns: string[] = [];
  for (let tag; fields !== null && (tag = fields.next()) > 0;) {
    if (tag === 2) columns.push(firstText(fields.message()));
    else if (tag === 4) isReadonly = fields.integer() !== 0n;
  }
  return { isReadonly, columns };
}

function decodeError(fields: MessageFields): ServerError {
  let [message, code] = ['unknown error', 'UNKNOWN'];
  for (let tag; (tag = fields.next()) > 0;) {
    if (tag === 1) message = fields.text();
    else if (tag === 2) code = fields.text();
  }
  return { message, code };
}
