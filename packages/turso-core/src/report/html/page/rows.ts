import type { PageHead, PageKind, PageTable, PageValue, RowBlock, UpdatedRow, WholeRow } from '../page-data';
import { plainText } from './values';

/** The word and the sign of each kind. */
export const KINDS = [
  { word: 'deleted', sign: '−', name: 'delete' },
  { word: 'updated', sign: '~', name: 'update' },
  { word: 'new', sign: '+', name: 'insert' },
] as const;

/** A changed row, as in the page's data. */
export interface Row {
  readonly kind: PageKind;
  readonly data: WholeRow | UpdatedRow;
  /** The place of each column in a deleted or a new row. */
  readonly places: readonly (number | undefined)[];
}

/** One value, or two if it changes. */
export type Cell = readonly [PageValue] | readonly [old: PageValue, now: PageValue];

/** A table and its rows in the page. */
export interface Table extends PageTable {
  readonly rows: readonly Row[];
  /** How many updates change each column. */
  readonly changes: readonly number[];
  /** The columns in the order shown: the key, then the columns changed by updates, then the rest. */
  readonly order: readonly number[];
}

/** Reads the page's data elements. */
export function readPage(): { head: PageHead; tables: Table[] } {
  const elements = [...document.querySelectorAll('script[type="application/json"]')];
  const parsed = elements.map((data) => JSON.parse(data.textContent) as unknown);
  for (const data of elements) data.remove();
  const head = parsed.pop() as PageHead;
  const rows: Row[][] = head.tables.map(() => []);
  for (const block of parsed as RowBlock[]) for (const row of rowsOf(block)) rows[block.table]?.push(row);
  return { head, tables: head.tables.map((table, i) => withRows(table, rows[i] ?? [])) };
}

/** Checks whether a row contains a text. The text is in lower case. */
export function holds(table: Table, row: Row, text: string): boolean {
  return table.order.some((column) =>
    cellOf(row, column)?.some((value) => plainText(value).toLowerCase().includes(text)),
  );
}

/** Returns the page's value for a column of a row, or null if the page has none because it did not change. */
export function cellOf({ kind, data, places }: Row, column: number): Cell | null {
  if (kind !== 1) {
    const place = places[column];
    return place === undefined ? null : [(data as WholeRow)[place] as PageValue];
  }
  const [columns, old, now, others] = data as UpdatedRow;
  const place = columns.indexOf(column);
  if (place >= 0) return [old[place] ?? null, now[place] ?? null];
  const other = others.find(([known]) => known === column);
  return other === undefined ? null : [other[1]];
}

/** Returns how many equal rows there are before and after, or null for rows that are not counted. */
export function copiesOf({ kind, data }: Row): readonly [number, number] | null {
  const last = kind === 1 ? null : (data as WholeRow).at(-1);
  return Array.isArray(last) ? (last as unknown as readonly [number, number]) : null;
}

function rowsOf({ kind, columns, rows }: RowBlock): Row[] {
  const places: number[] = [];
  columns.forEach((column, i) => (places[column] = i));
  return rows.map((data) => ({ kind, data, places }));
}

function withRows(table: PageTable, rows: readonly Row[]): Table {
  const changes = table.columns.map(() => 0);
  for (const { kind, data } of rows)
    if (kind === 1)
      for (const column of (data as UpdatedRow)[0]) changes[column] = (changes[column] ?? 0) + 1;
  const rank = (column: number): number =>
    table.key.includes(column) ? 0 : (changes[column] ?? 0) > 0 ? 1 : 2;
  const all = table.columns.map((_, column) => column);
  return { ...table, rows, changes, order: all.toSorted((a, b) => rank(a) - rank(b)) };
}
