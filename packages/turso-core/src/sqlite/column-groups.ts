/** The number of columns per query: SQLite allows 2,000 in a result, and some are added to them. */
const GROUP = 1_000;

/** Cuts the columns of a row into groups that fit into one result each. */
export function columnGroups<T>(columns: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(columns.length / GROUP) }, (_, i) =>
    columns.slice(i * GROUP, (i + 1) * GROUP),
  );
}
