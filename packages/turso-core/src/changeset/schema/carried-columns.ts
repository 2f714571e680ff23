import { rowColumns, type Column, type Table } from '../../sqlite/schema/schema';

/** A column whose values are carried into a changed table, by its names there. */
export interface CarriedColumn {
  readonly from: string;
  readonly to: string;
}

/**
 * What of a table's rows its new definition takes over, the rowid included: columns of the same name, and columns in whose
 * place stands another of the same kind, which are taken for renamed. Empty where there is nothing in common but rowids.
 */
export function carriedColumns(from: Table, to: Table): CarriedColumn[] {
  const columns = to.columns.flatMap((column, place) => {
    if (column.generated) return [];
    const source = sameColumn(from, column) ?? renamedColumn(from, to, place);
    return source === undefined ? [] : [{ from: source.name, to: column.name }];
  });
  if (columns.length === 0 || from.withoutRowid || to.withoutRowid) return columns;
  const [old, now] = [from.rowidAlias ?? from.rowid, to.rowidAlias ?? to.rowid];
  // A column that becomes the rowid brings its own values.
  if (old === null || now === null || columns.some((c) => c.to === now)) return columns;
  return [{ from: old, to: now }, ...columns];
}

function sameColumn({ columns }: Table, { name }: Column): Column | undefined {
  const names = [name, ...columns.map((c) => c.name).filter((n) => n.toLowerCase() === name.toLowerCase())];
  return columns.find((c) => c.name === names[0]) ?? columns.find((c) => c.name === names[1]);
}

function renamedColumn(from: Table, to: Table, place: number): Column | undefined {
  const [old, now] = [from.columns[place], to.columns[place]];
  if (old === undefined || now === undefined || sameColumn(to, old) !== undefined) return undefined;
  return describe(old) === describe(now) ? old : undefined;
}

function describe({ name: _, ...column }: Column): string {
  return JSON.stringify(column);
}

/** Columns that rows get from nowhere but their DEFAULT. */
export function defaultedColumns(to: Table, carried: readonly CarriedColumn[]): Column[] {
  const known = new Set(carried.map((c) => c.to));
  const written = new Set(rowColumns(to));
  return to.columns.filter((c) => written.has(c.name) && !known.has(c.name));
}
