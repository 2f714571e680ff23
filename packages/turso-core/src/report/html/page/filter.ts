import { cellOf, holds, type Row, type Table } from './rows';

/** What rows are shown. */
export interface Filter {
  readonly kinds: ReadonlySet<number>;
  /** A text that a row holds, in lower case; empty is any. */
  readonly text: string;
  /** A column that an update changes, of one table; null is any. */
  readonly column: { readonly table: Table; readonly number: number } | null;
}

/** Rows that are looked at in one go. */
const TURN = 5000;

/** Finds the rows of each table that a filter shows, and lets the page go on meanwhile. `tell` is called with each table. */
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
