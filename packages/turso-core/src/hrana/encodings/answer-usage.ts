import type { Usage } from '../tally';
import { fieldsOf, listOf } from './json-fields';
import { FieldReader } from './protobuf-fields';

/**
 * What each statement used, by an answer to a pipeline of Hrana in JSON; null for one that does not tell. Statements that
 * failed or were not carried out have no result, and servers do not count them.
 */
export function usageInJson(answer: unknown): (Usage | null)[] {
  const results = listOf(fieldsOf(answer)['results']).flatMap((result): readonly unknown[] => {
    const { type, result: inner } = fieldsOf(fieldsOf(result)['response']);
    if (type === 'execute') return [inner];
    return type === 'batch' ? listOf(fieldsOf(inner)['step_results']) : [];
  });
  return results.filter((result) => result !== null && result !== undefined).map(ofResult);
}

function ofResult(result: unknown): Usage | null {
  const { rows_read: rowsRead, rows_written: rowsWritten } = fieldsOf(result);
  return isCount(rowsRead) && isCount(rowsWritten) ? { rowsRead, rowsWritten } : null;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/**
 * The same by an answer in Protocol Buffers.
 *
 * @see https://github.com/tursodatabase/libsql/blob/main/libsql-hrana/src/proto.rs
 */
export function usageInProtobuf(body: Uint8Array): (Usage | null)[] {
  try {
    const results = fieldsAt(new FieldReader(body), RESULT);
    return results.flatMap((result) => fieldsAt(result, OK)).flatMap(ofResponse);
  } catch (error) {
    // Who reads the rest of the answer says what is wrong with it.
    if (error instanceof RangeError) return [null];
    throw error;
  }
}

const [RESULT, OK, EXECUTE, BATCH] = [3, 1, 2, 3];

function ofResponse(response: FieldReader): (Usage | null)[] {
  const statements: (Usage | null)[] = [];
  for (let tag; (tag = response.next()) > 0;) {
    if (tag === EXECUTE) statements.push(...fieldsAt(response.message(), 1).map(ofStatement));
    else if (tag === BATCH) {
      const steps = fieldsAt(response.message(), 1).flatMap((batch) => fieldsAt(batch, 1));
      statements.push(...steps.flatMap((step) => fieldsAt(step, 2)).map(ofStatement));
    }
  }
  return statements;
}

/** Zero is not sent. The duration, which no statement has without having taken time, shows that the server tells. */
function ofStatement(fields: FieldReader): Usage | null {
  let [rowsRead, rowsWritten, isTold] = [0, 0, false];
  for (let tag; (tag = fields.next()) > 0;) {
    if (tag === 6) rowsRead = Number(fields.integer());
    else if (tag === 7) rowsWritten = Number(fields.integer());
    isTold ||= tag >= 6 && tag <= 8;
  }
  return isTold && isCount(rowsRead) && isCount(rowsWritten) ? { rowsRead, rowsWritten } : null;
}

/** The messages that a message holds as its fields of this tag. */
function fieldsAt(fields: FieldReader, wanted: number): FieldReader[] {
  const found: FieldReader[] = [];
  for (let tag; (tag = fields.next()) > 0;) if (tag === wanted) found.push(fields.message());
  return found;
}
