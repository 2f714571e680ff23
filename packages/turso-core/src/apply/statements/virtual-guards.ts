import type { Changeset, SchemaChange, TableChanges } from '../../changeset/model';
import type { SchemaObject } from '../../sqlite/schema/schema';
import { isVirtual, parseVirtualTable } from '../../sqlite/schema/virtual-table';
import type { Statement } from '../../sqlite/statement';
import { quoteName } from '../../sqlite/values/quote';
import { guard } from '../../sqlite/guard';

/**
 * Fails if a table behind a virtual table has more or fewer rows than before. The guards after the row changes check
 * that changed rows are as before.
 */
export function guardStored({ schema, virtual }: Changeset, done: ReadonlySet<SchemaChange>): Statement[] {
  const gone = new Set(schema.filter((c) => c.action === 'drop' && done.has(c)).map((c) => c.object.name));
  return virtual
    .filter((v) => !gone.has(v.table))
    .flatMap((v) => v.shadows)
    .filter(({ from }) => from !== null)
    .map(({ name, from, to }) =>
      guard(`(SELECT count(*) FROM ${quoteName(name)}) IN (${from ?? 0}, ${to ?? from ?? 0})`),
    );
}

/** Checks whether a table goes because its virtual table goes. */
export function isDroppedShadow({ virtual }: Changeset, { table }: TableChanges): boolean {
  return virtual.some((v) => v.shadows.some((s) => s.to === null && s.name === table.name));
}

/** Tries to delete all rows in their old state, and rolls back: a virtual table without them cannot be dropped. */
export function tried(deletes: readonly Statement[]): Statement[] {
  if (deletes.length === 0) return [];
  const name = quoteName('turso_sync_tried');
  const texts = (...sql: string[]): Statement[] => sql.map((text) => ({ sql: text }));
  return [...texts(`SAVEPOINT ${name}`), ...deletes, ...texts(`ROLLBACK TO ${name}`, `RELEASE ${name}`)];
}

/** Checks whether a table's rows are lost with it: an index on another table loses none. */
export function holdsRows({ name, sql }: SchemaObject): boolean {
  return !isVirtual(sql) || parseVirtualTable(name, sql).content === 'own';
}
