import type { Schema, SchemaObject } from '../../sqlite/schema/schema';
import type { ObjectChange } from '../model';
import type { TablePair } from './pair-tables';

/**
 * What was created and dropped between two schemas, compared by their text, besides tables that were changed. Drops come
 * first, dependents before what they depend on; creations in the order in which they were made.
 */
export function diffSchemas(before: Schema, after: Schema, changed: readonly TablePair[]): ObjectChange[] {
  const old = byKey(before.objects);
  const now = byKey(after.objects);
  const isOneOf = (o: SchemaObject, names: readonly string[]): boolean =>
    o.type === 'table' && names.includes(o.name);
  const [from, to] = [changed.map((p) => p.from.name), changed.map((p) => p.to.name)];
  const dropped = before.objects.filter(
    (o) => !isShadow(o, before) && !isSame(o, now.get(key(o))) && !isOneOf(o, from),
  );
  const created = after.objects.filter(
    (o) => !isShadow(o, after) && !isSame(o, old.get(key(o))) && !isOneOf(o, to),
  );
  return [
    ...dropped.sort((a, b) => order(b) - order(a)).map((object) => ({ action: 'drop', object }) as const),
    ...created.sort((a, b) => order(a) - order(b)).map((object) => ({ action: 'create', object }) as const),
  ];
}

/** Tables come before their indexes, those before views, and triggers last. */
function order(object: SchemaObject): number {
  return ['table', 'index', 'view', 'trigger'].indexOf(object.type);
}

function byKey(objects: readonly SchemaObject[]): Map<string, SchemaObject> {
  return new Map(objects.map((o) => [key(o), o]));
}

function key(object: SchemaObject): string {
  return `${object.type} ${object.name}`;
}

// The tables that a virtual table is stored in come and go with it.
function isShadow({ type, name }: SchemaObject, { tables }: Schema): boolean {
  return type === 'table' && tables.get(name)?.kind === 'shadow';
}

// An index of the same text belongs to another table where only the letter case of the table's name was changed.
function isSame(a: SchemaObject, b: SchemaObject | undefined): boolean {
  return a.sql === b?.sql && a.table === b.table;
}
