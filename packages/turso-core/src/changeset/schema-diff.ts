import { TursoSyncError } from '../errors';
import type { Schema, SchemaObject } from '../local/schema';
import type { SchemaChange } from './model';

/**
 * What was created and dropped between two schemas, compared by their text. Drops come first, dependents before what
 * they depend on; creations in the order in which they were made.
 * Throws UNSUPPORTED_CHANGE, naming it, for every other change.
 */
export function diffSchemas(before: Schema, after: Schema): SchemaChange[] {
  const old = byKey(before.objects);
  const now = byKey(after.objects);
  const dropped = before.objects.filter((o) => !isShadow(o, before) && !isSame(o, now.get(key(o))));
  const created = after.objects.filter((o) => !isShadow(o, after) && !isSame(o, old.get(key(o))));
  for (const object of [...dropped, ...created]) refuseUnsupported(object, before, after);
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

function refuseUnsupported(object: SchemaObject, before: Schema, after: Schema): void {
  if (object.type !== 'table') return;
  const tables = [before.tables.get(object.name), after.tables.get(object.name)];
  if (tables.every((table) => table?.kind === 'virtual')) return;
  if (tables.every((table) => table !== undefined))
    throw unsupported(`the definition of table "${object.name}" was changed`);
}

/** The error for a change that this version does not carry. */
export function unsupported(
  what: string,
  hint = 'Make this change on the remote itself, then run `turso-sync dump-init --force` and redo the rest.',
): TursoSyncError {
  return new TursoSyncError('UNSUPPORTED_CHANGE', `This change cannot be pushed yet: ${what}.`, {
    hint: `Nothing was sent. ${hint}`,
  });
}
