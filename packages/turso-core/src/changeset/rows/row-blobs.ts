import { BLOB_LENGTH } from '../../sqlite/values/json-cells';

/**
 * The BLOBs of rows in JSON arrays, since JSON has no BLOBs. Those of each column are end to end. In an array, such a
 * column takes two cells. A BLOB has its place, from 1, and its length. Another value has that value and `null`.
 */
export interface RowBlobs {
  /** Indexes of the columns that may hold a BLOB, in ascending order. */
  readonly columns: readonly number[];
  /** The BLOBs of each of these columns. Never empty: SQLite turns an empty part of nothing into NULL. */
  readonly bytes: readonly Uint8Array[];
}

/** Rows in JSON arrays. */
export interface RowsInJson {
  /** The arrays, with commas in between. */
  readonly text: string;
  readonly count: number;
  readonly blobs: RowBlobs | null;
}

/** Makes {@link RowBlobs}. Null if there are no columns, and no BLOBs beside the rows. */
export function rowBlobs(columns: readonly number[], bytes: readonly Uint8Array[]): RowBlobs | null {
  if (bytes.length === 0) return null;
  return { columns, bytes: bytes.map((blobs) => (blobs.length === 0 ? new Uint8Array(1) : blobs)) };
}

/** Returns the total size in bytes. */
export function blobsSize(blobs: RowBlobs | null): number {
  return blobs === null ? 0 : blobs.bytes.reduce((sum, { length }) => sum + length, 0);
}

/**
 * Returns SQL expressions for the values of a row in JSON. Each expression of BLOBs is named once, in their order.
 *
 * @param row - an expression of the row.
 * @param bytes - an expression of the BLOBs of each column.
 */
export function valuesInJson(
  width: number,
  { columns }: Pick<RowBlobs, 'columns'>,
  { row, bytes }: { readonly row: string; readonly bytes: readonly string[] },
): string[] {
  let cell = 0;
  return Array.from({ length: width }, (_, i) => {
    const value = `${row}->>${cell++}`;
    const blobs = columns.indexOf(i);
    if (blobs < 0) return value;
    const length = `${row}->>${cell++}`;
    return `iif(${length} IS NULL,${value},substr(${bytes[blobs] ?? ''},${value},${length}))`;
  });
}

/**
 * Puts the places of BLOBs beside their lengths, as in {@link RowBlobs}. Each follows whitespace found nowhere else in
 * JSON: tabs and a CR. The number of tabs tells which list of BLOBs it belongs to, from 1.
 */
export function placeBlobs(text: string, count: number): string {
  const places = Array.from({ length: count }, () => 1);
  return text.replace(LENGTHS, (_, among: string, length: string) => {
    const place = places[Number(among)] ?? 1;
    places[Number(among)] = place + Number(length);
    return `${'\t'.repeat(Number(among) + 1)}\r${place},${length}`;
  });
}

const LENGTHS = new RegExp(`${BLOB_LENGTH}(\\d+):(\\d+)`, 'g');

/** Puts the rendered BLOBs in their places. `render` gets the list of each BLOB, its start and its end. */
export function renderBlobs(
  text: string,
  render: (among: number, start: number, end: number) => string,
): string {
  return text.replace(PLACES, (_, tabs: string, place: string, length: string) => {
    const start = Number(place) - 1;
    return render(tabs.length - 1, start, start + Number(length));
  });
}

const PLACES = /(\t+)\r(\d+),(\d+)/g;
