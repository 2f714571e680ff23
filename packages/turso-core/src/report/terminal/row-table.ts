import type { ChangeKind } from '../../changeset/model';
import type { PlanRow } from '../../plan/plan';
import { shown } from '../shown';
import { rowText, valueText } from '../value-text';
import { fitted, plainWidth, type Layout, type Line, type Paint } from './line';

/** Columns between two cells, and before the first. */
const GAP = 2;

/** The most columns for keys and names in a limited line, and the fewest for a value. */
const NAMES = 24;
const VALUE = 8;

const KINDS: Readonly<Record<ChangeKind, readonly [sign: string, paint: Paint]>> = {
  delete: ['-', 'red'],
  update: ['~', 'yellow'],
  insert: ['+', 'green'],
};

/** One cell per column. A whole row has its values in one cell. */
interface Entry {
  readonly kind: ChangeKind;
  readonly sign: string;
  readonly cells: readonly string[];
}

/** Returns changed rows as a table of key, column, old and new value. A deleted or a new row is one line. */
export function rowTable(
  rows: readonly PlanRow[],
  { columns = Infinity, widthOf = plainWidth }: Layout,
): Line[] {
  const entries = rows.flatMap(entriesOf);
  const natural = (column: number, head: string): number =>
    Math.max(
      widthOf(head),
      ...entries
        .filter(({ kind }) => column === 0 || kind === 'update')
        .map(({ cells }) => widthOf(cells[column] ?? '')),
    );
  const heads = ['key', 'column', 'old', 'new'];
  const [key = 0, name = 0, old = 0] = heads.map((head, i) => natural(i, head));
  const limit = (width: number): number => Math.min(width, columns === Infinity ? width : NAMES);
  const left = columns - 2 * GAP - 1 - limit(key) - limit(name) - 3 * GAP;
  const widths = [limit(key), limit(name), Math.min(old, Math.max(VALUE, Math.floor(left / 2)))];
  const line = (sign: string, cells: readonly string[]): string => {
    const padded = cells.map((cell, i) => {
      const width = i === cells.length - 1 ? Infinity : (widths[i] ?? 0);
      const text = fitted(cell, width, widthOf);
      return width === Infinity ? text : text + ' '.repeat(Math.max(0, width - widthOf(text)));
    });
    const gap = ' '.repeat(GAP);
    return fitted(`${gap}${sign}${gap}${padded.join(gap)}`.trimEnd(), columns, widthOf);
  };
  const hasUpdates = entries.some(({ kind }) => kind === 'update');
  return [
    ...(hasUpdates ? [{ text: line(' ', heads) }] : []),
    ...entries.map(({ kind, sign, cells }) => ({ text: line(sign, cells), paint: KINDS[kind][1] })),
  ];
}

function entriesOf({ kind, key, columns, old, new: now, copies }: PlanRow): Entry[] {
  const [sign] = KINDS[kind];
  if (kind !== 'update') {
    const others = Object.entries(old ?? now ?? {}).filter(([name]) => !Object.hasOwn(key, name));
    const times = copies === undefined ? [] : [`${copies.from} -> ${copies.to} times`];
    const values = rowText(Object.fromEntries(others));
    return [{ kind, sign, cells: [rowText(key), [...(values === '' ? [] : [values]), ...times].join(', ')] }];
  }
  const cell = (row: PlanRow['old'], column: string): string => valueText(row?.[column] ?? null);
  return columns.map((column, i) => ({
    kind,
    sign: i === 0 ? sign : ' ',
    cells: [i === 0 ? rowText(key) : '', shown(column), cell(old, column), cell(now, column)],
  }));
}
