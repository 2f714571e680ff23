import type { Changeset } from '../changeset/model';
import type { LeftOutTable } from '../sqlite/schema/left-out';
import type { Finding } from './plan';

/**
 * Returns the findings about changes to know before a push, the most important first.
 *
 * @param leftOut - tables and views not compared. Default is none.
 */
export function findingsOf(changeset: Changeset, leftOut: readonly LeftOutTable[] = []): Finding[] {
  const { notCarried, unfitIndexes = [], schema, virtual, expects, renumbered } = changeset;
  const dropped = schema.filter((c) => c.action === 'drop').map((c) => c.object);
  const isDropped = (name: string): boolean => dropped.some((o) => o.type === 'trigger' && o.name === name);
  return [
    ...notCarried.map((name) => ({
      code: 'not-carried' as const,
      table: null,
      message: `${name} differs and stays local: a libSQL server does not take it.`,
    })),
    ...leftOut.map(({ name, owner }) => ({
      code: 'left-out' as const,
      table: name,
      message:
        owner === null
          ? `${name} is left out, since "exclude" names it. Each side keeps its own.`
          : `The table ${name} is left out, since ${owner} keeps it for itself. Each side keeps its own.`,
    })),
    ...unfitIndexes.map((table) => ({
      code: 'unfit-index' as const,
      table,
      message: `The index of the full-text table ${table} does not fit its rows, since another version of SQLite wrote it or its tables were edited. The rows are carried, and the remote indexes them itself.`,
    })),
    ...schema.flatMap((change) =>
      change.action === 'alter' && change.rebuilt
        ? {
            code: 'table-rebuilt' as const,
            table: change.object.name,
            message: `The remote rebuilds the table ${change.object.name}: it writes each of its rows again.`,
          }
        : [],
    ),
    ...virtual
      .filter((v) => v.rebuild)
      .map(({ table }) => ({
        code: 'index-rebuilt' as const,
        table,
        message: `The remote rebuilds the full-text index ${table}.`,
      })),
    ...expects
      .filter((o) => o.type === 'trigger' && !isDropped(o.name))
      .map(({ name, table }) => ({
        code: 'trigger-set-aside' as const,
        table,
        message: `The trigger ${name} does not fire: what it did here is among the changes.`,
      })),
    ...renumbered.map((table) => ({
      code: 'rowids-renumbered' as const,
      table,
      message: `Rows of ${table} have other hidden rowids than before, as after a VACUUM. Their content tells them.`,
    })),
  ];
}
