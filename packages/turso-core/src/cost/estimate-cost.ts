import type { Operations } from '../apply/statements/firing';
import type { ChangeKind, Changeset, TableChanges } from '../changeset/model';
import type { Cost } from '../plan/plan';
import { openReadOnly, using } from '../sqlite/files/open';
import type { Database } from '../sqlite/files/sqlite';
import { foldName } from '../sqlite/schema/fold-name';
import { hasTable } from '../sqlite/schema/has-table';
import { readSchema } from '../sqlite/schema/schema';
import type { SetAside } from '../sqlite/schema/set-aside';
import { quoteString } from '../sqlite/values/quote';
import { sumOf } from './amount';
import { changedRows, type ChangedRows } from './changed-rows';
import { computedCost } from './computed-cost';
import { countRows } from './count-rows';
import { definitionCost } from './definition-cost';
import { fixedCost } from './fixed-cost';
import { rowCost } from './row-cost';
import { uploadCost } from './upload-cost';
import { readIndexes, type IndexFacts } from './table-indexes';

/** Input of an estimate. */
export interface Estimated {
  readonly changeset: Changeset;
  /** The files of the two compared databases. */
  readonly before: string;
  readonly after: string;
  /** Objects only the remote has. */
  readonly setAside: readonly SetAside[];
}

/**
 * Estimates the cost of a push to a remote in the state the changes start from. It counts SQLite's steps for the
 * statements to send. It does not cover a push that meets changes of others.
 */
export function estimateCost({ changeset, before, after, setAside }: Estimated): Cost {
  return using(openReadOnly(before), (old) =>
    using(openReadOnly(after), (now) => {
      const schemas = { before: readSchema(old), after: readSchema(now) };
      // A rebuild and a receipt add one each.
      const definitions = Math.max(countDefinitions(old), countDefinitions(now)) + 2;
      const sides = { before: old, after: now, schemas, definitions };
      const indexesOf = (changes: TableChanges): IndexFacts[] => {
        const table = schemas.after.tables.get(changes.table.name);
        return table === undefined ? [] : readIndexes(now, table).filter(isThere(changeset, changes));
      };
      const works = changeset.tables.map(
        (changes) => [changes, changes.key.length === 0 ? null : changedRows(changes)] as const,
      );
      const rows = works.map(([changes, work]) =>
        rowCost(changes, {
          ...{ after: now, work },
          indexes: changes.beforeSchema ? [] : indexesOf(changes),
          hasCounter: () => {
            const isOwn = `name = ${quoteString(nameBefore(changeset, changes))}`;
            return (countRows(old, 'sqlite_sequence', isOwn) ?? 0) > 0;
          },
          rowsBefore: () => countRows(old, nameBefore(changeset, changes)) ?? 0,
        }),
      );
      const { read, written } = sumOf([
        ...rows,
        definitionCost(changeset, sides, operationsOf(works)),
        computedCost(changeset, now, schemas.after),
        fixedCost(changeset, definitions),
        uploadCost(changeset.tables, { before, after }),
      ]);
      const certainty = isKnown(changeset, { before: old, setAside }) ? 'at-most' : 'about';
      return { rowsRead: read, rowsWritten: written, certainty };
    }),
  );
}

function countDefinitions(db: Database): number {
  return db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() as number;
}

/** Tells which indexes of a table exist while its rows are written. Indexes created afterwards do not count. */
function isThere({ schema }: Changeset, { table }: TableChanges): (index: IndexFacts) => boolean {
  const isNew = schema.some(
    (c) =>
      c.object.type === 'table' &&
      c.object.name === table.name &&
      (c.action === 'create' || (c.action === 'alter' && c.rebuilt)),
  );
  const created = schema.filter((c) => c.action === 'create' && c.object.type === 'index');
  return ({ name, isDeclared }) => !isDeclared || (!isNew && !created.some((c) => c.object.name === name));
}

function nameBefore({ schema }: Changeset, { table }: TableChanges): string {
  const altered = schema.filter((c) => c.action === 'alter');
  return altered.find((c) => c.object.name === table.name)?.from.name ?? table.name;
}

function operationsOf(works: readonly (readonly [TableChanges, ChangedRows | null])[]): Operations {
  const kindsOf = (work: ChangedRows | null): ChangeKind[] => [
    ...(work === null || work.deleted > 0 ? (['delete'] as const) : []),
    ...(work !== null && work.updated.length > 0 ? (['update'] as const) : []),
    ...(work === null || work.inserted.count > 0 ? (['insert'] as const) : []),
  ];
  return new Map(works.map(([{ table }, work]) => [table.name.toLowerCase(), new Set(kindsOf(work))]));
}

/**
 * Checks whether the server takes at most these steps. They are unknown for lookups by the server's own statistics, in
 * vector indexes, and in the storage tables of virtual tables.
 */
function isKnown(
  { tables, virtual }: Changeset,
  { before, setAside }: { readonly before: Database; readonly setAside: readonly SetAside[] },
): boolean {
  const names = new Set(tables.map(({ table }) => foldName(table.name)));
  const isTouched = (name: string): boolean => names.has(foldName(name));
  if (setAside.some((o) => isTouched(o.table)) || virtual.length > 0) return false;
  if (!hasTable(before, 'sqlite_stat1')) return true;
  return !(before.prepare('SELECT tbl FROM sqlite_stat1').pluck().all() as string[]).some(isTouched);
}
