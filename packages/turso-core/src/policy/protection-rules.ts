import { foldName } from '../sqlite/schema/fold-name';
import { rowsAre, type Breach } from './breach';
import type { Facts, TableFacts } from './facts';
import type { Policy } from './policy';

/**
 * Applies the rules for protected tables and columns. Compares names as SQL does. A renamed table counts under both
 * names.
 */
export function protectionRules(
  { protectedTables = [], protectedColumns = [] }: Policy,
  facts: Facts,
): Breach[] {
  const tables = new Set(protectedTables.map(foldName));
  const columns = new Set(protectedColumns.map(foldName));
  return [...protectTables(tables, facts), ...protectColumns(columns, facts)];
}

function protectTables(names: ReadonlySet<string>, { tables, schema }: Facts): Breach[] {
  if (names.size === 0) return [];
  const touched = new Map<string, { rows: number; definitions: number }>();
  const touch = (known: readonly string[], rows: number, definitions: number): void => {
    const name = known.find((n) => names.has(foldName(n)));
    if (name === undefined) return;
    const so = touched.get(name) ?? { rows: 0, definitions: 0 };
    touched.set(name, { rows: so.rows + rows, definitions: so.definitions + definitions });
  };
  for (const t of tables) touch([t.table, t.from], t.inserted + t.updated + t.deleted, 0);
  for (const c of schema) touch([c.object.table, ...(c.action === 'alter' ? [c.from.name] : [])], 0, 1);
  return [...touched].map(([table, { rows, definitions }]) => ({
    rule: 'protectedTables',
    table,
    count: rows + definitions,
    limit: 0,
    message: `${table} is protected, and ${changesOf(rows, definitions)}.`,
  }));
}

function changesOf(rows: number, definitions: number): string {
  const changed = definitions === 1 ? '1 definition is' : `${definitions} definitions are`;
  if (definitions === 0) return `${rowsAre(rows)} changed`;
  return rows === 0
    ? `${changed} changed`
    : `${rowsAre(rows).replace(/ (is|are)$/, '')} and ${changed} changed`;
}

function protectColumns(names: ReadonlySet<string>, facts: Facts): Breach[] {
  if (names.size === 0) return [];
  const isProtected = (tables: readonly string[], column: string): boolean =>
    tables.some((table) => names.has(foldName(`${table}.${column}`)));
  const lost = facts.columns.flatMap(({ table, from, dropped, renamed }) =>
    [...dropped.map((c) => [c, 'dropped'] as const), ...renamed.map((c) => [c, 'renamed'] as const)]
      .filter(([column]) => isProtected([table, from], column))
      .map(([column, how]) => breachOf(table, 1, `${table}.${column} is protected, and is ${how}.`)),
  );
  const updated = facts.tables.flatMap((t) =>
    t.updated === 0
      ? []
      : t.columns
          .filter((column) => isProtected([t.table, t.from], column))
          .map((column) => ({ column, rows: t.updatedIn(column) }))
          .filter(({ rows }) => rows > 0)
          .map(({ column, rows }) =>
            breachOf(t.table, rows, `${t.table}.${column} is protected, and ${updates(rows, t)}.`),
          ),
  );
  return [...lost, ...updated];
}

function breachOf(table: string, count: number, message: string): Breach {
  return { rule: 'protectedColumns', table, count, limit: 0, message };
}

function updates(rows: number, { updated }: TableFacts): string {
  return `${rows} of ${updated} updated ${updated === 1 ? 'row sets' : 'rows set'} another value`;
}
