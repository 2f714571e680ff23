import { JsonBatch } from '../../changeset/rows/json-batch';
import type { RowsInJson } from '../../changeset/rows/row-blobs';
import { rowSize, type SqlValue } from '../../sqlite/values/values';
import { boundRows, jsonRows, type RowSource } from './row-source';

/** The maximum number of bound values of one statement; the server allows 32,766. */
export const PARAMETER_LIMIT = 30_000;

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
    this.#json = new JsonBatch((rows) => this.addText(rows));
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

  /** Adds rows that are a source already. */
  addSource(rows: RowSource): void {
    this.#emit(rows);
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
