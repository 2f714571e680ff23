import { BLOB_LENGTH } from '../../sqlite/values/json-cells';

/**
 * The BLOBs of rows that are JSON arrays, which hold none: those of each column end to end. In an array, a column of these takes
 * two cells, for a BLOB its place, from 1, and its length; for another value that value and `null`.
 */
export interface RowBlobs {
  /** Indexes of the columns that may hold a BLOB, in ascending order. */
  readonly columns: readonly number[];
  /** For each of these its BLOBs. Never empty: SQLite takes an empty part of nothing for NULL. */
  readonly bytes: readonly Uint8Array[];
}

/** Rows that are JSON arrays. */
export interface RowsInJson {
  /** The arrays, with commas in between. */
  readonly text: string;
  readonly count: number;
  readonly blobs: RowBlobs | null;
}

/** Makes {@link RowBlobs}; null if there are no columns, and nothing beside the rows. */
export function rowBlobs(columns: readonly number[], bytes: readonly Uint8Array[]): RowBlobs | null {
  if (bytes.length === 0) return null;
  return { columns, bytes: bytes.map((blobs) => (blobs.length === 0 ? new Uint8Array(1) : blobs)) };
}

/** How many bytes they are. */
export function blobsSize(blobs: RowBlobs | null): number {
  return blobs === null ? 0 : blobs.bytes.reduce((sum, { length }) => sum + length, 0);
}

/**
 * SQL expressions of the values of a row in JSON. Each expression of BLOBs is named once, in their order.
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
 * Puts the places of BLOBs beside their lengths, as {@link RowBlobs} has them. In front of each stand blanks that stand nowhere else
 * in JSON: as many tabs as tell which BLOBs it is among, and a CR.
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

/** The same with the BLOBs themselves in their places, rendered: which BLOBs each is among, and from where to where. */
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
