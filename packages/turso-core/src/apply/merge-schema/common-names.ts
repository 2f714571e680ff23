import type { TablePair } from '../../changeset/schema/pair-tables';

/** One side's names for the tables and columns of the base. */
export interface SideNames {
  readonly pairs: readonly TablePair[];
  /** Names of columns by their names in the base, by the name of the table in the base. */
  readonly columns: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

/** A name that each side has changed to another one. */
export interface NameClash {
  /** The table in the base. */
  readonly table: string;
  /** The column in the base; null if the clash is about the table's own name. */
  readonly column: string | null;
  readonly ours: string;
  readonly theirs: string;
}

/** The names of the base's tables and columns after the renames of both sides. */
export interface CommonNames {
  readonly tables: ReadonlyMap<string, string>;
  readonly columns: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

/**
 * Finds the names after the renames of both sides.
 *
 * @param decide - picks the name if both sides have chosen one.
 */
export function commonNames(
  ours: SideNames,
  theirs: SideNames,
  decide: (clash: NameClash) => string,
): CommonNames {
  const tables = new Map<string, string>();
  const columns = new Map<string, Map<string, string>>();
  const known = new Set([...ours.pairs, ...theirs.pairs].map((p) => p.from.name));
  const settle = (
    old: string,
    names: readonly (string | undefined)[],
    clash: Omit<NameClash, 'ours' | 'theirs'>,
  ) => {
    const [mine = old, other = old] = names;
    if (mine === other || other === old) return mine;
    return mine === old ? other : decide({ ...clash, ours: mine, theirs: other });
  };
  for (const table of known) {
    const names = [ours, theirs].map(({ pairs }) => pairs.find((p) => p.from.name === table)?.to.name);
    tables.set(table, settle(table, names, { table, column: null }));
    const [mine, other] = [ours, theirs].map((side) => side.columns.get(table));
    const all = new Set([...(mine?.keys() ?? []), ...(other?.keys() ?? [])]);
    const settled = [...all].map((column): [string, string] => [
      column,
      settle(column, [mine?.get(column), other?.get(column)], { table, column }),
    ]);
    columns.set(table, new Map(settled));
  }
  return { tables, columns };
}

/** Returns a table of the base with its counterpart on a side. */
export function pairOf({ pairs }: SideNames, table: string): TablePair | undefined {
  return pairs.find((p) => p.from.name === table);
}
