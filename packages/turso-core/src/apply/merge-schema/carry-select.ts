import { hasHiddenRowid, keyColumns, rowColumns, type Table } from '../../sqlite/schema/schema';
import { quoteName } from '../../sqlite/values/quote';
import { defaultSql } from './find-edited';
import type { MergedTable, SourceTable } from './merged-schema';
import {
  columnTerm,
  keyTermsIn,
  keyTermsOf,
  matchColumnsOf,
  placedSql,
  rowidTerm,
  type Placed,
} from './row-keys';

/** A table with values for columns that another one lacks. */
export type Filler = Placed;

/** A query for the rows of a table, in the form of its new definition. */
export interface CarrySelect {
  /** The new table, and its columns to fill. */
  readonly shape: Table;
  readonly targets: readonly string[];
  /** An expression for each of these columns. */
  readonly values: readonly string[];
  /** An expression for each column that identifies the rows in their source. */
  readonly keys: readonly string[];
  /** The query from FROM on. */
  readonly from: string;
}

/** The input of {@link carrySelect}. */
export interface CarryTable {
  readonly side: 'base' | 'ours' | 'theirs';
  readonly shape: Table;
  readonly table: MergedTable;
  readonly source: SourceTable;
  readonly fillers: readonly Filler[];
  readonly movedRowids: ReadonlySet<string>;
}

/**
 * Makes the query that carries a table's rows. A column missing from the table keeps its value from the base, if the
 * base has it. Otherwise it gets the value of the same row on the other side, or its default.
 */
export function carrySelect({ side, shape, table, source, fillers, movedRowids }: CarryTable): CarrySelect {
  const own: Placed = { ...source, place: 'source', alias: 'x' };
  const { base } = table.from;
  const before: Placed | null = base === null ? null : { ...base, place: 'base', alias: 'b' };
  const joined = before === null || movedKeyless(before, movedRowids) ? [] : joins({ own, before, fillers });
  const known = before === null ? undefined : joined.find((j) => j.of.alias === 'b');
  const others = joined.filter((j) => j.of.alias !== 'b');
  const lacking = rowColumns(shape).filter((name) => ownTerm(own, shape, name) === null);
  const used = lacking.length === 0 ? [] : joined;
  const values = rowColumns(shape).map((name): string => {
    const there = ownTerm(own, shape, name);
    if (there !== null) return there;
    const cases = (side !== 'base' && known !== undefined ? [known] : []).flatMap((j) =>
      termOf(j, shape, name),
    );
    const filled = cases.length > 0 ? cases : others.flatMap((j) => termOf(j, shape, name));
    const column = shape.columns.find((c) => c.name === name);
    const otherwise = column === undefined ? 'NULL' : defaultSql(column.defaultValue);
    if (filled.length === 0) return otherwise;
    const branches = filled.map(({ isThere, term }) => `WHEN ${isThere} THEN ${term}`);
    return `CASE ${branches.join(' ')} ELSE ${otherwise} END`;
  });
  // Rows with a rowid of their own come first, before another row can take it.
  const order = lacking.some((name) => isHiddenRowid(shape, name)) ? ` ORDER BY ${values[0]} IS NULL` : '';
  return {
    shape,
    targets: rowColumns(shape),
    values,
    keys: keyColumns(source.table).map((name) => `x.${quoteName(name)}`),
    from: `FROM ${placedSql(own)} ${used.map((j) => j.sql).join(' ')}${order}`,
  };
}

interface Join {
  readonly of: Placed;
  readonly sql: string;
  /** A condition: whether a row was found. */
  readonly isThere: string;
}

// If only a hidden rowid identifies rows, and rowids differ between the sides, nothing identifies them.
function movedKeyless(base: Placed, movedRowids: ReadonlySet<string>): boolean {
  return matchColumnsOf(base) === 'rowid' && hasHiddenRowid(base.table) && movedRowids.has(base.table.name);
}

function joins({
  own,
  before,
  fillers,
}: {
  readonly own: Placed;
  readonly before: Placed;
  readonly fillers: readonly Filler[];
}): Join[] {
  const match = keyTermsOf(before, own, before);
  const first = keyTermsIn(before, before)?.[0];
  if (match === null || first === undefined) return [];
  // Only a row of the base is the same on both sides.
  const known: Join = {
    of: before,
    sql: `LEFT JOIN ${placedSql(before)} ON ${match}`,
    isThere: `${first} IS NOT NULL`,
  };
  const rest = fillers.flatMap((filler): Join[] => {
    const terms = keyTermsOf(before, before, filler);
    const there = keyTermsIn(before, filler)?.[0];
    if (terms === null || there === undefined) return [];
    const same =
      matchColumnsOf(before) === 'rowid' && hasHiddenRowid(before.table) ? sameRow(before, filler) : [];
    const condition = [terms, ...same].join(' AND ');
    return [
      { of: filler, sql: `LEFT JOIN ${placedSql(filler)} ON ${condition}`, isThere: `${there} IS NOT NULL` },
    ];
  });
  return [known, ...rest];
}

// A hidden rowid may belong to another row by now.
function sameRow(before: Placed, filler: Filler): string[] {
  return [...before.columns.keys()].flatMap((name) => {
    const [a, b] = [columnTerm(before, name), columnTerm(filler, name)];
    return a === null || b === null ? [] : [`+${a} IS +${b}`];
  });
}

function termOf({ of, isThere }: Join, shape: Table, name: string): { isThere: string; term: string }[] {
  const term = ownTerm(of, shape, name);
  return term === null ? [] : [{ isThere, term }];
}

/** Returns the term of a new table's column in the source, or null. */
function ownTerm(of: Placed, shape: Table, name: string): string | null {
  return isHiddenRowid(shape, name) ? rowidTerm(of) : columnTerm(of, name.toLowerCase());
}

function isHiddenRowid({ rowid, rowidAlias, columns }: Table, name: string): boolean {
  return rowidAlias === null && name === rowid && !columns.some((c) => c.name === name);
}
