import type { PageHead, PageKind, PageTable, PageValue, RowBlock, UpdatedRow, WholeRow } from '../page-data';
import { plainText } from './values';

/** What each kind is called, and its sign. */
export const KINDS = [
  { word: 'deleted', sign: '−', name: 'delete' },
  { word: 'updated', sign: '~', name: 'update' },
  { word: 'new', sign: '+', name: 'insert' },
] as const;

/** A changed row, as it stands in the page's data. */
export interface Row {
  readonly kind: PageKind;
  readonly data: WholeRow | UpdatedRow;
  /** Where each column is in a deleted or a new row. */
  readonly places: readonly (number | undefined)[];
}

/** One value, or two if it changes. */
export type Cell = readonly [PageValue] | readonly [old: PageValue, now: PageValue];

/** A table and its rows in the page. */
export interface Table extends PageTable {
  readonly rows: readonly Row[];
  /** How many updates change each column. */
  readonly changes: readonly number[];
  /** The columns as they are shown: the key, then what updates change, then the rest. */
  readonly order: readonly number[];
}

/** What stands in the page's data elements. */
export function readPage(): { head: PageHead; tables: Table[] } {
  const elements = [...document.querySelectorAll('script[type="application/json"]')];
  const parsed = elements.map((data) => JSON.parse(data.textContent) as unknown);
  for (const data of elements) data.remove();
  const head = parsed.pop() as PageHead;
  const rows: Row[][] = head.tables.map(() => []);
  for (const block of parsed as RowBlock[]) for (const row of rowsOf(block)) rows[block.table]?.push(row);
  return { head, tables: head.tables.map((table, i) => withRows(table, rows[i] ?? [])) };
}

/** Whether a row holds a text, which is in lower case. */
export function holds(table: Table, row: Row, text: string): boolean {
  return table.order.some((column) =>
    cellOf(row, column)?.some((value) => plainText(value).toLowerCase().includes(text)),
  );
}

/** What the page has of a column of a row, or null if it has nothing since it did not change. */
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

/** How many rows like this there are before and after, if they are counted; else null. */
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
