import { sqlJson } from '../../sqlite/values/sql-json';
import type { SqlValue } from '../../sqlite/values/values';
import { rowBlobs, type RowsInJson } from './row-blobs';

/**
 * The maximum size of one statement's JSON text, in characters: well under the server's limit of 5,000,000 bytes even
 * in UTF-8.
 */
const JSON_LIMIT = 1_000_000;

/** The maximum number of BLOB bytes for one statement, beside its JSON text. */
const BLOB_LIMIT = 2_000_000;

/** Characters for the place and the length of a BLOB. */
const PLACE = 16;

/** The BLOBs of one column so far, and the place of the next one, counted from 1. */
interface ColumnBlobs {
  blobs: Uint8Array[];
  place: number;
}

/** Collects rows of the same width as JSON texts with their BLOBs, each of a good size for one statement. */
export class JsonBatch {
  readonly #emit: (rows: RowsInJson) => void;
  #rows: string[] = [];
  #size = 0;
  /** Every column that has had a BLOB. */
  readonly #columns = new Map<number, ColumnBlobs>();
  #bytes = 0;

  constructor(emit: (rows: RowsInJson) => void) {
    this.#emit = emit;
  }

  /** Takes a row, unless it is too large or JSON does not keep its values. */
  add(row: readonly SqlValue[]): boolean {
    const texts: string[] = [];
    let [size, bytes, hasNew] = [1, 0, false];
    for (const value of row) {
      if (value instanceof Uint8Array) {
        bytes += value.byteLength;
        size += PLACE + 1;
        hasNew ||= !this.#columns.has(texts.length);
        texts.push('');
        continue;
      }
      const text = sqlJson(value);
      if (text === null) return false;
      size += text.length + 1;
      texts.push(text);
    }
    if (size > JSON_LIMIT || bytes > BLOB_LIMIT) return false;
    const isFull = this.#size + size > JSON_LIMIT || this.#bytes + bytes > BLOB_LIMIT;
    // Each row of a text has the same cells.
    if (isFull || hasNew) this.flush();
    if (hasNew) {
      for (const [i, value] of row.entries())
        if (value instanceof Uint8Array && !this.#columns.has(i))
          this.#columns.set(i, { blobs: [], place: 1 });
    }
    for (const [i, column] of this.#columns) texts[i] = cells(row[i] ?? null, texts[i] ?? '', column);
    this.#rows.push(`[${texts.join()}]`);
    this.#size += size;
    this.#bytes += bytes;
    return true;
  }

  /** Emits the remaining rows. */
  flush(): void {
    if (this.#rows.length === 0) return;
    const columns = [...this.#columns.keys()].sort((a, b) => a - b);
    const bytes = columns.map((i) => Buffer.concat(this.#columns.get(i)?.blobs ?? []));
    this.#emit({ text: this.#rows.join(), count: this.#rows.length, blobs: rowBlobs(columns, bytes) });
    for (const column of this.#columns.values()) [column.blobs, column.place] = [[], 1];
    [this.#rows, this.#size, this.#bytes] = [[], 0, 0];
  }
}

function cells(value: SqlValue, text: string, among: ColumnBlobs): string {
  if (!(value instanceof Uint8Array)) return `${text},null`;
  among.blobs.push(value);
  const place = among.place;
  among.place += value.byteLength;
  return `${place},${value.byteLength}`;
}
