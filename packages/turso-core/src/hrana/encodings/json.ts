import type { SqlValue } from '../../sqlite/values/values';
import { checkParts } from '../answer-parts';
import { stepPiece, type BodyPiece } from '../body';
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
import { isInfinite, spellInfinities } from './infinite-arguments';
import { fieldsOf, listOf } from './json-fields';
import { valueJson } from './value-json';

/**
 * Hrana 3 in JSON.
 *
 * @see https://github.com/tursodatabase/libsql/blob/main/docs/HRANA_3_SPEC.md
 */
export const JSON_3: HranaEncoding = {
  name: 'v3',
  type: 'json',
  path: 'v3/pipeline',
  contentType: 'application/json',
  knowsAutocommit: true,
  encode,
  decode,
};

/**
 * Hrana 2 in JSON, known to every server.
 *
 * @see https://github.com/tursodatabase/libsql/blob/main/docs/HRANA_2_SPEC.md
 */
export const JSON_2: HranaEncoding = { ...JSON_3, name: 'v2', path: 'v2/pipeline', knowsAutocommit: false };

function encode(baton: string | null, requests: readonly HranaRequest[]): BodyPiece[] {
  return [
    textPiece(`{"baton":${JSON.stringify(baton)},"requests":[`),
    ...requests.flatMap((request, i) => [...(i === 0 ? [] : [textPiece(',')]), ...requestPieces(request, i)]),
    textPiece(']}'),
  ];
}

function textPiece(text: string): BodyPiece {
  return { bytes: Buffer.from(text) };
}

function requestPieces(request: HranaRequest, number: number): BodyPiece[] {
  if (request.type === 'execute') return [textPiece(`{"type":"execute",${stepJson(request)}}`)];
  if (request.type !== 'batch') return [textPiece(JSON.stringify(request))];
  return [
    textPiece('{"type":"batch","batch":{"steps":['),
    ...request.steps.map((each, i) =>
      stepPiece(each, [number, i], (step) => Buffer.from(`${i === 0 ? '' : ','}{${stepJson(step)}}`)),
    ),
    textPiece(']}}'),
  ];
}

function stepJson({ sql, args = [], condition, wantRows = true }: BoundStep): string {
  const values = `"sql":${JSON.stringify(spellInfinities(sql, args))},${argumentsJson(args)}`;
  const when = condition === undefined ? '' : `"condition":${JSON.stringify(condition)},`;
  return `${when}"stmt":{${values},"want_rows":${wantRows}}`;
}

function argumentsJson(args: BoundValues): string {
  if (Array.isArray(args)) return `"args":[${(args as readonly SqlValue[]).map(argumentJson).join(',')}]`;
  const named = Object.entries(args).map(
    ([name, value]) => `{"name":${JSON.stringify(name)},"value":${argumentJson(value)}}`,
  );
  return `"named_args":[${named.join(',')}]`;
}

// Encodes an infinity as its sign, for the multiplication in the statement; see spellInfinities().
function argumentJson(value: SqlValue): string {
  return valueJson(isInfinite(value) ? BigInt(Math.sign(value)) : value);
}

function decode(body: Uint8Array, requests: readonly HranaRequest[]): HranaAnswer {
  checkParts(body);
  const { baton, base_url: baseUrl, results } = fieldsOf(parse(body));
  const used: (Usage | null)[] = [];
  return {
    baton: typeof baton === 'string' ? baton : null,
    baseUrl: typeof baseUrl === 'string' ? baseUrl : null,
    results: listOf(results).map((result, i) => decodeResult(fieldsOf(result), requests[i], used)),
    used,
  };
}

const decoder = new TextDecoder('utf-8', { fatal: true });

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(body));
  } catch {
    throw notRead('an answer');
  }
}

function decodeResult(
  { type, error, response }: Fields,
  request: HranaRequest | undefined,
  used: (Usage | null)[],
): HranaResult {
  if (type === 'error') return { type: 'error', error: decodeError(error) };
  const { type: kind, result } = fieldsOf(response);
  if (kind === 'batch' && request?.type === 'batch')
    return decodeBatch(fieldsOf(result), request.steps, used);
  if (kind === 'execute') {
    const { replication_index: index } = fieldsOf(result);
    return {
      type: 'execute',
      result: decodeStatement(fieldsOf(result), {}, used),
      replicationIndex: typeof index === 'string' ? index : null,
    };
  }
  if (kind === 'describe') {
    const { is_readonly: isReadonly, cols } = fieldsOf(result);
    return { type: 'describe', isReadonly: isReadonly === true, columns: decodeColumns(cols) };
  }
  return { type: 'other' };
}

function decodeBatch(
  { step_results: results, step_errors: errors }: Fields,
  asked: readonly HranaStep[],
  used: (Usage | null)[],
): HranaResult {
  const [found, failed] = [listOf(results), listOf(errors)];
  if (found.length > asked.length || failed.length > asked.length) throw notRead('a result of no step');
  const steps = asked.map((step, i): StepResult => {
    if ((failed[i] ?? null) !== null) return { error: decodeError(failed[i]) };
    return (found[i] ?? null) === null ? null : decodeStatement(fieldsOf(found[i]), step, used);
  });
  return { type: 'batch', steps };
}

function decodeStatement(
  { cols, rows, ...told }: Fields,
  { wantRows = true }: Pick<HranaStep, 'wantRows'>,
  used: (Usage | null)[],
): StatementResult {
  const { affected_row_count: changes, last_insert_rowid: rowid } = told;
  used.push(usageOf(told['rows_read'], told['rows_written']));
  return checkedResult({
    columns: wantRows ? decodeColumns(cols) : [],
    rows: wantRows ? listOf(rows).map((row) => listOf(row).map(decodeValue)) : [],
    changes: typeof changes === 'number' ? changes : 0,
    lastInsertRowid: rowid === null || rowid === undefined ? null : decodeInteger(rowid),
  });
}

function decodeColumns(cols: unknown): string[] {
  return listOf(cols).map((col) => {
    const { name } = fieldsOf(col);
    return typeof name === 'string' ? name : '';
  });
}

function decodeValue(encoded: unknown): SqlValue {
  const { type, value, base64 } = fieldsOf(encoded);
  if (type === 'null') return null;
  if (type === 'integer') return decodeInteger(value);
  // JSON has no infinity; servers replace it by null, whatever its sign.
  if (type === 'float' && value === null) return NaN;
  if (type === 'float' && typeof value === 'number') return value;
  if (type === 'text' && typeof value === 'string') return value;
  if (type === 'blob' && typeof base64 === 'string') return decodeBlob(base64);
  throw notRead('a value');
}

function decodeBlob(base64: string): Uint8Array {
  const bytes = Buffer.from(base64, 'base64');
  // Node skips other characters.
  if (bytes.byteLength !== Buffer.byteLength(base64, 'base64')) throw notRead('Base64');
  // Makes a copy: small Buffers share their memory with others.
  return Uint8Array.from(bytes);
}

function decodeInteger(value: unknown): bigint {
  const text = typeof value === 'string' || Number.isSafeInteger(value) ? String(value) : '';
  if (!/^-?\d{1,19}$/.test(text)) throw notRead('an integer');
  const integer = BigInt(text);
  if (BigInt.asIntN(64, integer) !== integer) throw notRead('an integer of 64 bits');
  return integer;
}

function decodeError(error: unknown): ServerError {
  const { message, code } = fieldsOf(error);
  return {
    message: typeof message === 'string' ? message : 'unknown error',
    code: typeof code === 'string' ? code : 'UNKNOWN',
  };
}

type Fields = ReturnType<typeof fieldsOf>;

function notRead(what: string): RangeError {
  return new RangeError(`The JSON is not ${what}.`);
}
