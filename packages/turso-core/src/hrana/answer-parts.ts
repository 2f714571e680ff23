import type { TursoSyncError } from '../errors';
import { notLibsql, tooManyParts } from './http-errors';

/**
 * Rows, values and what they consist of that one answer may have. Servers put 10 MB of JSON into an answer, and a value takes 15
 * bytes of that at least, so there are some 2 million. An empty row takes 2 bytes to send, and 60 once it is decoded.
 */
const LIMIT = 3_000_000;

/** Bytes that can have no more parts than that in JSON, where each takes 2. */
const SMALL = 2 * LIMIT;

/** Which encoding an answer has. */
export type AnswerEncoding = 'json' | 'protobuf';

/**
 * Makes sure that an answer can be decoded without taking much more memory than it has bytes, and that its fields end where it
 * ends: decoders believe it. Throws RESPONSE_TOO_LARGE and REMOTE_NOT_LIBSQL.
 */
export function checkParts(bytes: Uint8Array, encoding: AnswerEncoding, location: string): void {
  const tooMany = (): TursoSyncError => tooManyParts(location, LIMIT);
  if (encoding === 'json') {
    if (bytes.byteLength > SMALL && countJson(bytes) > LIMIT) throw tooMany();
    return;
  }
  const count = countFields(bytes);
  if (count === null) throw notLibsql(location, 'its answer to a query is none');
  if (count > LIMIT) throw tooMany();
}

const [QUOTE, BACKSLASH, COMMA, LIST, OBJECT] = [0x22, 0x5c, 0x2c, 0x5b, 0x7b];

/** The lists and objects of a JSON text. Four members are reckoned as one more. */
function countJson(bytes: Uint8Array): number {
  let [quarters, isText] = [0, false];
  for (let at = 0; at < bytes.byteLength && quarters <= 4 * LIMIT; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) isText = !isText;
    else if (isText) at += byte === BACKSLASH ? 1 : 0;
    else if (byte === COMMA) quarters++;
    else if (byte === LIST || byte === OBJECT) quarters += 4;
  }
  return quarters / 4;
}

/** The messages that a message's fields hold, by tag. */
interface Shape {
  readonly [tag: number]: Shape;
}

/** Its fields hold none. */
const FLAT: Shape = {};
const STATEMENT: Shape = { 1: FLAT, 2: { 1: FLAT } };
const BATCH: Shape = { 1: { 2: STATEMENT }, 2: { 2: FLAT } };
const DESCRIBED: Shape = { 1: FLAT, 2: FLAT };
const RESPONSE: Shape = { 1: FLAT, 2: { 1: STATEMENT }, 3: { 1: BATCH }, 5: { 1: DESCRIBED }, 8: FLAT };
/** As `PipelineRespBody` of Hrana 3. */
const BODY: Shape = { 3: { 1: RESPONSE, 2: FLAT } };

/** The fields of an answer, at most one more than {@link LIMIT}; null if one does not end where it should. */
function countFields(bytes: Uint8Array): number | null {
  let [at, count] = [0, 0];
  return walk(bytes.byteLength, BODY) ? count : null;

  function walk(end: number, shape: Shape): boolean {
    while (at < end) {
      if (++count > LIMIT) return true;
      const key = varint(end);
      // Beyond that, decoders disagree on what it is.
      if (key > 0x7fffffff) return false;
      const type = key & 7;
      if (type === 0) {
        if (varint(end) < 0) return false;
      } else if (type === 2) {
        const length = varint(end);
        const until = at + length;
        if (length < 0 || until > end) return false;
        const inner = shape[key >> 3];
        if (inner === undefined) at = until;
        else if (!walk(until, inner)) return false;
        else if (count > LIMIT) return true;
      } else if (type === 1 || type === 5) {
        at += type === 1 ? 8 : 4;
      } else return false;
    }
    return at === end;
  }

  /** A number that is not negative, as near as a double comes; -1 if it does not end. */
  function varint(end: number): number {
    let [value, scale] = [0, 1];
    for (let i = 0; i < 10 && at < end; i++) {
      const byte = bytes[at++] as number;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 0x80;
    }
    return -1;
  }
}
