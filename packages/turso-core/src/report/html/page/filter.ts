import { cellOf, holds, type Row, type Table } from './rows';

/** The filter for the rows on show. */
export interface Filter {
  readonly kinds: ReadonlySet<number>;
  /** A text within the row, in lower case. An empty text matches any row. */
  readonly text: string;
  /** A column changed by an update, of one table. Null matches any row. */
  readonly column: { readonly table: Table; readonly number: number } | null;
}

/** How many rows are checked in one go. */
const TURN = 5000;

/** Finds the rows of each table that pass a filter, without blocking the page. It calls `tell` with each table. */
export function createFiltering(
  tables: readonly Table[],
  tell: (table: Table, rows: readonly Row[], isDone: boolean) => void,
): (filter: Filter, first: Table | null) => void {
  let run = 0;
  return (filter, first) => {
    const mine = ++run;
    const ordered = first === null ? tables : [first, ...tables.filter((table) => table !== first)];
    const steps = work(ordered, filter, tell);
    const step = (): void => {
      if (mine === run && steps.next().done !== true) setTimeout(step);
    };
    step();
  };
}

function* work(
  tables: readonly Table[],
  { kinds, text, column }: Filter,
  tell: (table: Table, rows: readonly Row[], isDone: boolean) => void,
): Generator {
  let looked = 0;
  for (const table of tables) {
    const found: Row[] = [];
    const only = column?.table === table ? column.number : null;
    for (const row of table.rows) {
      const fits =
        kinds.has(row.kind) &&
        (only === null || row.kind !== 1 || cellOf(row, only)?.length === 2) &&
        (text === '' || table.name.toLowerCase().includes(text) || holds(table, row, text));
      if (fits) found.push(row);
      if (text !== '' && ++looked % TURN === 0) {
        tell(table, found, false);
        yield;
      }
    }
    tell(table, found, true);
  }
}
