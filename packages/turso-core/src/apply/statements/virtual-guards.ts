import type { Changeset, SchemaChange, TableChanges } from '../../changeset/model';
import type { SchemaObject } from '../../sqlite/schema/schema';
import { isVirtual, parseVirtualTable } from '../../sqlite/schema/virtual-table';
import type { Statement } from '../../sqlite/statement';
import { quoteName } from '../../sqlite/values/quote';
import { guard } from '../../sqlite/guard';

/**
 * Fail where a table that a virtual table is stored in has more or fewer rows than it had. Whether those that are changed
 * are as before, the guards behind their changes tell.
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

/** Whether a table goes because the virtual table goes that is stored in it. */
export function isDroppedShadow({ virtual }: Changeset, { table }: TableChanges): boolean {
  return virtual.some((v) => v.shadows.some((s) => s.to === null && s.name === table.name));
}

/** Tries whether all rows could be deleted as they were, and takes it back: a virtual table without them cannot be dropped. */
export function tried(deletes: readonly Statement[]): Statement[] {
  if (deletes.length === 0) return [];
  const name = quoteName('turso_sync_tried');
  const texts = (...sql: string[]): Statement[] => sql.map((text) => ({ sql: text }));
  return [...texts(`SAVEPOINT ${name}`), ...deletes, ...texts(`ROLLBACK TO ${name}`, `RELEASE ${name}`)];
}

/** Whether rows are lost with a table: what an index holds about others is not. */
export function holdsRows({ name, sql }: SchemaObject): boolean {
  return !isVirtual(sql) || parseVirtualTable(name, sql).content === 'own';
}
