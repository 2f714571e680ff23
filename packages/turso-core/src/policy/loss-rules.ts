import type { Breach } from './breach';
import type { Facts, TableFacts } from './facts';
import { ALLOWED_BY_DEFAULT, type AllowedChanges, type Policy } from './policy';

/** Number of rows from which deleting all rows of a table counts as a loss. A single row is deleted on purpose. */
const SEVERAL = 2;

/** Finds disallowed kinds of changes: those that lose data or change definitions. */
export function lossRules({ allow = {} }: Policy, facts: Facts): Breach[] {
  const isAllowed = (kind: keyof AllowedChanges): boolean => allow[kind] ?? ALLOWED_BY_DEFAULT[kind];
  return [
    ...(facts.dropsAll ? [] : isAllowed('dropTable') ? [] : droppedTables(facts)),
    ...(facts.dropsAll && !isAllowed('dropAllTables') ? [allDropped(facts)] : []),
    ...(isAllowed('deleteAllRows') ? [] : emptiedTables(facts)),
    ...(isAllowed('dropColumn') ? [] : droppedColumns(facts)),
    ...(isAllowed('changeSchema') ? [] : changedDefinitions(facts)),
  ];
}

function droppedTables({ dropped, tables }: Facts): Breach[] {
  return dropped.flatMap((table) => {
    const count = tables.find((t) => t.table === table)?.deleted ?? 0;
    if (count === 0) return [];
    const message = `The table ${table} is dropped, with ${rowCount(count)}.`;
    return [{ rule: 'dropTable' as const, table, count, message }];
  });
}

function allDropped({ dropped, tables }: Facts): Breach {
  const rows = tables.reduce((n, t) => n + t.deleted, 0);
  return {
    rule: 'dropAllTables',
    table: null,
    count: dropped.length,
    message: `All ${dropped.length} tables are dropped, with ${rowCount(rows)}. Is the working copy the right file?`,
  };
}

function emptiedTables({ dropped, tables }: Facts): Breach[] {
  const isEmptied = (t: TableFacts): boolean =>
    t.deleted >= SEVERAL && !dropped.includes(t.table) && t.isEmptyAfter();
  return tables.filter(isEmptied).map(({ table, deleted }) => ({
    rule: 'deleteAllRows',
    table,
    count: deleted,
    message: `All ${rowCount(deleted)} of ${table} are deleted.`,
  }));
}

function droppedColumns({ columns }: Facts): Breach[] {
  return columns
    .filter((c) => c.dropped.length > 0 && !c.isGone)
    .map(({ table, dropped }) => ({
      rule: 'dropColumn',
      table,
      count: dropped.length,
      message: `The table ${table} loses ${dropped.length === 1 ? 'its column' : 'its columns'} ${dropped.join(', ')}.`,
    }));
}

function changedDefinitions({ schema }: Facts): Breach[] {
  const tables = [...new Set(schema.map((c) => c.object.table))];
  return tables.map((table) => {
    const changed = schema.filter((c) => c.object.table === table);
    const what = changed.map(({ action, object }) => `${action} ${object.type} ${object.name}`).join(', ');
    return {
      rule: 'changeSchema',
      table,
      count: changed.length,
      message: `Definitions change: ${what}.`,
    };
  });
}

function rowCount(rows: number): string {
  return rows === 1 ? '1 row' : `${rows} rows`;
}
