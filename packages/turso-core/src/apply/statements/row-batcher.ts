import { rowBlobs, type RowsInJson } from '../../changeset/rows/row-blobs';
import { sqlJson } from '../../sqlite/values/sql-json';
import { rowSize, type SqlValue } from '../../sqlite/values/values';
import { BLOB_LIMIT, boundRows, jsonRows, type RowSource } from './row-source';

/**
 * The maximum size of one statement's JSON text, in characters: well under the server's limit of 5,000,000 bytes even
 * in UTF-8.
 */
const JSON_LIMIT = 1_000_000;

/** The maximum number of bound values of one statement; the server allows 32,766. */
export const PARAMETER_LIMIT = 30_000;

/** A placeholder as long as the place and the length of a BLOB. */
const PLACE = ' '.repeat(16);

/** The maximum number of bytes bound in one statement, except for single large rows. */
const BYTE_LIMIT = 1_000_000;

/** Options of {@link RowBatcher}. */
export interface RowBatcherOptions {
  /**
   * Whether sources must follow the order of their rows. Then the first row unfit for JSON and all later rows are
   * bound. Default is false.
   */
  readonly keepsOrder?: boolean;
}

/**
 * Cuts rows of the same width into sources of a good size for one statement each. If JSON and BLOBs keep their values
 * exactly, rows go as one JSON text with their BLOBs. This is about three times as fast as bound rows. All other rows
 * go as bound values.
 */
export class RowBatcher {
  readonly #emit: (source: RowSource) => void;
  readonly #width: number;
  readonly #keepsOrder: boolean;
  #bindsAll = false;
  readonly #json: JsonBatch;
  #bound: (readonly SqlValue[])[] = [];
  #boundSize = 0;

  constructor(width: number, emit: (source: RowSource) => void, options: RowBatcherOptions = {}) {
    this.#emit = emit;
    this.#width = width;
    this.#keepsOrder = options.keepsOrder ?? false;
    this.#json = new JsonBatch(width, emit);
  }

  add(row: readonly SqlValue[]): void {
    if (!this.#bindsAll && this.#json.add(row)) return;
    if (this.#keepsOrder && !this.#bindsAll) {
      this.#json.flush();
      this.#bindsAll = true;
    }
    this.#addBound(row);
  }

  /** Adds rows already in the form of JSON arrays, with commas in between. */
  addText(rows: RowsInJson): void {
    this.#emit(jsonRows(this.#width, rows));
  }

  /** Emits the remaining rows. */
  flush(): void {
    this.#json.flush();
    this.#flushBound();
  }

  #addBound(row: readonly SqlValue[]): void {
    const size = rowSize(row);
    const isFull =
      this.#boundSize + size > BYTE_LIMIT || (this.#bound.length + 1) * this.#width > PARAMETER_LIMIT;
    if (this.#bound.length > 0 && isFull) this.#flushBound();
    this.#bound.push(row);
    this.#boundSize += size;
  }

  #flushBound(): void {
    if (this.#bound.length === 0) return;
    this.#emit(boundRows(this.#width, this.#bound));
    this.#bound = [];
    this.#boundSize = 0;
  }
}

/** Collects rows as one JSON text and their BLOBs. */
class JsonBatch {
  readonly #emit: (source: RowSource) => void;
  readonly #width: number;
  #rows: string[] = [];
  #size = 0;
  /** The BLOBs of each column with any so far, and the start of the next one, counted from 1. */
  readonly #columns = new Map<number, { blobs: Uint8Array[]; place: number }>();
  #bytes = 0;

  constructor(width: number, emit: (source: RowSource) => void) {
    this.#width = width;
    this.#emit = emit;
  }

  /** Takes a row, unless it is too large or JSON does not keep its values. */
  add(row: readonly SqlValue[]): boolean {
    const texts = row.map((value) => (value instanceof Uint8Array ? PLACE : sqlJson(value)));
    const size = texts.reduce((sum, text) => sum + (text?.length ?? 0) + 1, 1);
    const bytes = row.reduce<number>((sum, v) => sum + (v instanceof Uint8Array ? v.byteLength : 0), 0);
    if (texts.includes(null) || size > JSON_LIMIT || bytes > BLOB_LIMIT) return false;
    const isNew = (value: SqlValue, i: number): boolean =>
      value instanceof Uint8Array && !this.#columns.has(i);
    const isFull = this.#size + size > JSON_LIMIT || this.#bytes + bytes > BLOB_LIMIT;
    // Each row of a source has the same cells.
    if (isFull || row.some(isNew)) this.flush();
    row.forEach((value, i) => isNew(value, i) && this.#columns.set(i, { blobs: [], place: 1 }));
    if (this.#columns.size > 0) row.forEach((value, i) => (texts[i] = this.#cells(value, i, texts[i] ?? '')));
    this.#rows.push(`[${texts.join(',')}]`);
    this.#size += size;
    this.#bytes += bytes;
    return true;
  }

  flush(): void {
    if (this.#rows.length === 0) return;
    const columns = [...this.#columns.keys()].sort((a, b) => a - b);
    const bytes = columns.map((i) => Buffer.concat(this.#columns.get(i)?.blobs ?? []));
    const rows = { text: this.#rows.join(','), count: this.#rows.length, blobs: rowBlobs(columns, bytes) };
    this.#emit(jsonRows(this.#width, rows));
    for (const column of columns) this.#columns.set(column, { blobs: [], place: 1 });
    [this.#rows, this.#size, this.#bytes] = [[], 0, 0];
  }

  #cells(value: SqlValue, column: number, text: string): string {
    const among = this.#columns.get(column);
    if (among === undefined) return text;
    if (!(value instanceof Uint8Array)) return `${text},null`;
    among.blobs.push(value);
    const cells = `${among.place},${value.byteLength}`;
    among.place += value.byteLength;
    return cells;
  }
}
