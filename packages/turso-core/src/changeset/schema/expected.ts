import type { Schema, SchemaObject } from '../../sqlite/schema/schema';
import type { SchemaChange } from '../model';
import { tablesGoing } from './tables-going';

/**
 * Lists the existing objects a change relies on:
 *
 * - everything it drops
 * - altered tables, with all objects that depend on the rebuilt ones
 * - tables with changed rows, and their triggers, which are put aside
 * - triggers of recreated views
 * - tables that get an index or a trigger
 */
export function findExpected(
  before: Schema,
  changes: readonly SchemaChange[],
  touched: ReadonlySet<string>,
): SchemaObject[] {
  const dropped = new Set(changes.filter((c) => c.action === 'drop').map((c) => c.object));
  const altered = changes.filter((c) => c.action === 'alter');
  const remade = new Set(tablesGoing(changes));
  const made = changes.filter((c) => c.action === 'create').map((c) => c.object);
  const droppedViews = new Set([...dropped].filter((o) => o.type === 'view').map((o) => o.name));
  const used = new Set([...touched, ...made.map((o) => o.table), ...altered.map((c) => c.from.name)]);
  const isShadow = (o: SchemaObject): boolean => before.tables.get(o.name)?.kind === 'shadow';
  return before.objects.filter(
    (o) =>
      dropped.has(o) ||
      (o.type === 'table' && !isShadow(o) && used.has(o.name)) ||
      (o.type === 'index' && remade.has(o.table)) ||
      (o.type === 'trigger' && (touched.has(o.table) || remade.has(o.table) || droppedViews.has(o.table))),
  );
}
