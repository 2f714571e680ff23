import { RawText, type SqlValue } from '../../sqlite/values/values';
import { usageInProtobuf } from './answer-usage';
import type { Condition } from '../conditions';
import type {
  BoundValues,
  HranaAnswer,
  HranaEncoding,
  HranaRequest,
  HranaResult,
  HranaStep,
  StatementResult,
  StepResult,
} from '../hrana';
import type { ServerError } from '../pipeline';
import {
  doubleField,
  FieldReader,
  integerField,
  lengthField,
  numberField,
  type Pieces,
} from './protobuf-fields';

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

function encodeRequests(baton: string | null, requests: readonly HranaRequest[]): Pieces {
  return [
    ...(baton === null ? [] : lengthField(1, baton)),
    ...requests.flatMap((request) => lengthField(2, encodeRequest(request))),
  ];
}

function encodeRequest(request: HranaRequest): Pieces {
  if (request.type === 'close') return lengthField(1, []);
  if (request.type === 'describe') return lengthField(5, lengthField(1, request.sql));
  const steps = request.steps.map(encodeStep);
  return lengthField(
    3,
    lengthField(
      1,
      steps.flatMap((step) => lengthField(1, step)),
    ),
  );
}

function encodeStep({ sql, args = [], condition }: HranaStep): Pieces {
  const statement = [...lengthField(1, sql), ...encodeArguments(args), ...numberField(5, 1)];
  const when = condition === undefined ? [] : lengthField(1, encodeCondition(condition));
  return [...when, ...lengthField(2, statement)];
}

function encodeArguments(args: BoundValues): Pieces {
  if (Array.isArray(args))
    return (args as readonly SqlValue[]).flatMap((value) => lengthField(3, encodeValue(value)));
  return Object.entries(args).flatMap(([name, value]) =>
    lengthField(4, [...lengthField(1, name), ...lengthField(2, encodeValue(value))]),
  );
}

function encodeValue(value: SqlValue): Pieces {
  if (value === null) return lengthField(1, []);
  if (typeof value === 'bigint') return integerField(2, value);
  if (typeof value === 'number') return doubleField(3, value);
  if (typeof value === 'string') return lengthField(4, value);
  return lengthField(5, value instanceof RawText ? value.bytes : value);
}

function encodeCondition(condition: Condition): Pieces {
  if (condition.type === 'ok') return numberField(1, condition.step);
  if (condition.type === 'not') return lengthField(3, encodeCondition(condition.cond));
  return lengthField(6, []);
}

function decodeAnswer(body: Uint8Array, requests: readonly HranaRequest[]): HranaAnswer {
  let [baton, baseUrl]: (string | null)[] = [null, null];
  const results: HranaResult[] = [];
  const fields = new FieldReader(body);
  for (let tag; (tag = fields.next()) > 0;) {
    if (tag === 1) baton = fields.text();
    else if (tag === 2) baseUrl = fields.text();
    else if (tag === 3) results.push(decodeResult(fields.message(), requests[results.length]));
  }
  return { baton: baton ?? null, baseUrl: baseUrl ?? null, results, used: usageInProtobuf(body) };
}

function decodeResult(fields: FieldReader, request: HranaRequest | undefined): HranaResult {
  for (let tag; (tag = fields.next()) > 0;) {
    if (tag === 2) return { type: 'error', error: decodeError(fields.message()) };
    if (tag === 1) return decodeResponse(fields.message(), request);
  }
  return { type: 'other' };
}

function decodeResponse(fields: FieldReader, request: HranaRequest | undefined): HranaResult {
  for (let tag; (tag = fields.next()) > 0;) {
    if (tag === 3 && request?.type === 'batch')
      return { type: 'batch', steps: decodeBatch(inner(fields.message()), request.steps.length) };
    if (tag === 5) return { type: 'describe', ...decodeDescribed(inner(fields.message())) };
  }
  return { type: 'other' };
}

/** The message that is another's first field. */
function inner(fields: FieldReader): FieldReader {
  for (let tag; (tag = fields.next()) > 0;) if (tag === 1) return fields.message();
  return new FieldReader(new Uint8Array(0));
}

function decodeBatch(fields: FieldReader, count: number): StepResult[] {
  const steps: StepResult[] = Array.from({ length: count }, () => null);
  const put = (i: number, result: StepResult): void => {
    if (i >= count) throw new RangeError('A result is of no step.');
    steps[i] = result;
  };
  for (let tag; (tag = fields.next()) > 0;) {
    if (tag === 1) decodeEntry(fields.message(), (i, value) => put(i, decodeStatement(value)));
    else if (tag === 2) decodeEntry(fields.message(), (i, value) => put(i, { error: decodeError(value) }));
  }
  return steps;
}

function decodeEntry(fields: FieldReader, use: (key: number, value: FieldReader) => unknown): void {
  let key = 0;
  for (let tag; (tag = fields.next()) > 0;) {
    if (tag === 1) key = Number(fields.integer());
    else if (tag === 2) use(key, fields.message());
  }
}

function decodeStatement(fields: FieldReader): StatementResult {
  const columns: string[] = [];
  const rows: SqlValue[][] = [];
  let changes = 0;
  let lastInsertRowid: bigint | null = null;
  for (let tag; (tag = fields.next()) > 0;) {
    if (tag === 1) columns.push(firstText(fields.message()));
    else if (tag === 2) rows.push(decodeRow(fields.message()));
    else if (tag === 3) changes = Number(fields.integer());
    else if (tag === 4) lastInsertRowid = fields.signed();
  }
  return { columns, rows, changes, lastInsertRowid };
}

function firstText(fields: FieldReader): string {
  for (let tag; (tag = fields.next()) > 0;) if (tag === 1) return fields.text();
  return '';
}

function decodeRow(fields: FieldReader): SqlValue[] {
  const row: SqlValue[] = [];
  for (let tag; (tag = fields.next()) > 0;) if (tag === 1) row.push(decodeValue(fields.message()));
  return row;
}

function decodeValue(fields: FieldReader): SqlValue {
  switch (fields.next()) {
    case 2:
      return fields.signed();
    case 3:
      return fields.double();
    case 4:
      return fields.text();
    case 5:
      // A copy, which does not keep the whole answer in memory.
      return fields.bytes().slice();
    default:
      return null;
  }
}

function decodeDescribed(fields: FieldReader): { isReadonly: boolean; columns: string[] } {
  let isReadonly = false;
  const columns: string[] = [];
  for (let tag; (tag = fields.next()) > 0;) {
    if (tag === 2) columns.push(firstText(fields.message()));
    else if (tag === 4) isReadonly = fields.integer() !== 0n;
  }
  return { isReadonly, columns };
}

function decodeError(fields: FieldReader): ServerError {
  let [message, code] = ['unknown error', 'UNKNOWN'];
  for (let tag; (tag = fields.next()) > 0;) {
    if (tag === 1) message = fields.text();
    else if (tag === 2) code = fields.text();
  }
  return { message, code };
}
