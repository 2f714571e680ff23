import type { Plan, PlanRow, PlanValues } from '../../plan/plan';
import { shareOut, type Share } from '../share-out';
import type { PageTable, RowBlock, UpdatedRow, WholeRow } from './page-data';
import { isWhole, pageValue } from './page-value';

/** The most rows and characters in a page. */
export interface PageLimits {
  readonly rows: number;
  readonly size: number;
}

/** The page's share of the rows, once all of them have been read. */
export interface PageRows {
  readonly tables: readonly PageTable[];
  /** How many values were cut. */
  readonly cut: number;
}

/** Rows of a block. */
const BLOCK = 1000;

const NUMBERS = { delete: 0, update: 1, insert: 2 } as const;

/** Yields the rows of a plan in blocks, as many as fit. Returns the page's share of each table. */
export async function* pageRows(plan: Plan, limits: PageLimits): AsyncGenerator<RowBlock, PageRows> {
  const { tables } = plan.changes;
  const shares = shareOut(tables, limits.rows);
  const all = [...shares.values()].reduce((sum, s) => sum + s.delete + s.update + s.insert, 0);
  const states = new Map(
    tables.map(({ table }, i) => [
      table,
      newTable(i, shares.get(table) ?? { delete: 0, update: 0, insert: 0 }),
    ]),
  );
  // Each kind of a table adds its share of the room, and leaves the unused part to the next.
  const kinds = [...shares.values()].flatMap((share) => Object.values(share)).filter((rows) => rows > 0);
  const roomOf = (rows: number): number => (limits.size / 2) * (rows / all + 1 / kinds.length);
  let left = all;
  let room = 0;
  let cut = 0;
  let block: OpenBlock | null = null;
  for await (const row of left > 0 ? plan.rows() : []) {
    const state = states.get(row.table);
    if (state === undefined) continue;
    const { share } = state;
    if (!state.begun.has(row.kind)) room += roomOf(share[row.kind]);
    state.begun.add(row.kind);
    const number = rowCount(row);
    if (state.taken[NUMBERS[row.kind]] >= share[row.kind]) continue;
    const written = writeRow(state, row);
    const size = JSON.stringify(written.row).length;
    left -= number;
    if (size <= room) {
      room -= size;
      state.taken[NUMBERS[row.kind]] += number;
      cut += written.cut;
      if (block !== null && !continues(block, state, row.kind, written.columns)) {
        yield block.block;
        block = null;
      }
      block ??= {
        state,
        block: { table: state.number, kind: NUMBERS[row.kind], columns: written.columns, rows: [] },
      };
      block.block.rows.push(written.row);
    } else share[row.kind] = state.taken[NUMBERS[row.kind]];
    if (left <= 0) break;
  }
  if (block !== null) yield block.block;
  return { tables: tables.map((counts) => pageTable(counts, states.get(counts.table))), cut };
}

interface TableState {
  readonly number: number;
  readonly share: Share;
  readonly begun: Set<string>;
  readonly columns: Map<string, number>;
  readonly key: Set<number>;
  readonly taken: [number, number, number];
}

interface OpenBlock {
  readonly state: TableState;
  readonly block: Omit<RowBlock, 'rows'> & { readonly rows: (WholeRow | UpdatedRow)[] };
}

function newTable(number: number, share: Share): TableState {
  return {
    number,
    share: { ...share },
    begun: new Set(),
    columns: new Map(),
    key: new Set(),
    taken: [0, 0, 0],
  };
}

function pageTable(
  { table, ...counts }: Plan['changes']['tables'][number],
  state: TableState | undefined,
): PageTable {
  return {
    name: table,
    columns: [...(state?.columns.keys() ?? [])],
    key: [...(state?.key ?? [])],
    counts: [counts.delete, counts.update, counts.insert],
    shown: state?.taken ?? [0, 0, 0],
  };
}

function continues(
  { state, block }: OpenBlock,
  next: TableState,
  kind: PlanRow['kind'],
  columns: readonly number[],
): boolean {
  return (
    state === next &&
    block.kind === NUMBERS[kind] &&
    block.rows.length < BLOCK &&
    block.columns.length === columns.length &&
    block.columns.every((column, i) => column === columns[i])
  );
}

interface WrittenRow {
  readonly row: WholeRow | UpdatedRow;
  readonly columns: readonly number[];
  readonly cut: number;
}

function writeRow(state: TableState, { kind, key, columns, old, new: now, copies }: PlanRow): WrittenRow {
  let cut = 0;
  const value = (row: PlanValues | null, name: string): ReturnType<typeof pageValue> => {
    const written = pageValue(row?.[name] ?? null);
    if (!isWhole(written)) cut++;
    return written;
  };
  const place = (name: string): number => placeOf(state.columns, name);
  const row = old ?? now ?? {};
  const names = Object.keys(row);
  const places = names.map(place);
  for (const name of Object.keys(key)) state.key.add(place(name));
  if (kind !== 'update') {
    const values = names.map((name) => value(row, name));
    return {
      row: copies === undefined ? values : [...values, [copies.from, copies.to]],
      columns: places,
      cut,
    };
  }
  const changed = new Set(columns);
  const others = names.filter((name) => !changed.has(name));
  const update: UpdatedRow = [
    columns.map(place),
    columns.map((name) => value(old, name)),
    columns.map((name) => value(now, name)),
    others.map((name) => [place(name), value(old, name)] as const),
  ];
  return { row: update, columns: [], cut };
}

function placeOf(columns: Map<string, number>, name: string): number {
  const known = columns.get(name);
  if (known !== undefined) return known;
  columns.set(name, columns.size);
  return columns.size - 1;
}

// One entry stands for several rows if nothing tells them apart.
function rowCount({ copies }: PlanRow): number {
  return copies === undefined ? 1 : Math.abs(copies.to - copies.from);
}
