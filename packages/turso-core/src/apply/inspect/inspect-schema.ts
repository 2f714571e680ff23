import type { Changeset, SchemaChange } from '../../changeset/model';
import type { SchemaObject } from '../../sqlite/schema/schema';
import type { Encoding } from '../../sqlite/values/values';
import { foldName } from '../../sqlite/schema/fold-name';
import { readObjects } from '../../sqlite/schema/read-objects';
import type { Query } from '../../sqlite/query';
import { conflictOf, type Conflict, type ConflictDefinition } from '../conflict';
import { bareTables } from '../statements/schema-statements';

/** How the target's definitions compare with a changeset. */
export interface SchemaState {
  readonly conflicts: readonly Conflict[];
  /** Changes that the target has made as well. */
  readonly done: ReadonlySet<SchemaChange>;
  /** See {@link Remaining.adopted}. */
  readonly adopted: readonly SchemaObject[];
  /** Names of the target's tables. */
  readonly tables: ReadonlySet<string>;
}

/** Compares the target's definitions with those that a changeset relies on, creates and drops. */
export async function inspectSchema(
  query: Query,
  changeset: Changeset,
  encoding: Encoding,
): Promise<SchemaState> {
  const objects = await readObjects(query, encoding);
  const remote = new Map(objects.map((o) => [place(o), o]));
  const conflicts: Conflict[] = [];
  const done = new Set<SchemaChange>();
  const report = ({ type, name, table }: SchemaObject, what: string, texts: Partial<Texts> = {}): unknown => {
    const message = `${type} "${name}" was ${what} on the remote.`;
    const definition = { type, name, old: null, local: null, remote: null, byHand: false, ...texts };
    return conflicts.push(conflictOf({ kind: 'schema', table, message, definition }));
  };

  for (const change of changeset.schema) {
    const { action, object } = change;
    const theirs = remote.get(place(object));
    if (action === 'alter') {
      const { from } = change;
      const original = remote.get(place(from));
      if (theirs !== undefined && isSame(object, theirs)) done.add(change);
      else if (original === undefined) report(from, 'dropped', { old: from.sql, local: object.sql });
      else if (!isSame(from, original))
        report(from, 'changed', { old: from.sql, local: object.sql, remote: original.sql });
      else if (
        theirs !== undefined &&
        theirs !== original &&
        !changeset.schema.some((c) => c.action === 'drop' && place(c.object) === place(object))
      )
        report(object, 'made in another way', { local: object.sql, remote: theirs.sql });
      continue;
    }
    const others = changeset.schema.filter((c) => place(c.object) === place(object) && c.action !== action);
    if (action === 'drop') {
      const isGone = theirs === undefined || others.some((c) => isSame(c.object, theirs));
      if (isGone) done.add(change);
      else if (!isSame(object, theirs)) report(object, 'changed', { old: object.sql, remote: theirs.sql });
    } else if (theirs !== undefined) {
      if (isSame(object, theirs)) done.add(change);
      // If something is dropped to make room, the drop reports whether it is still the same.
      else if (others.length === 0)
        report(object, 'made in another way', { local: object.sql, remote: theirs.sql });
    }
  }
  const changed = new Set(
    changeset.schema.flatMap((c) => [place(c.object), ...(c.action === 'alter' ? [place(c.from)] : [])]),
  );
  for (const object of changeset.expects.filter((o) => !changed.has(place(o)))) {
    const theirs = remote.get(place(object));
    const texts = { old: object.sql, local: object.sql };
    if (theirs === undefined) report(object, 'dropped', texts);
    else if (!isSame(object, theirs)) report(object, 'changed', { ...texts, remote: theirs.sql });
  }
  const known = new Set([...changed, ...changeset.expects.map(place)]);
  const { untriggered, unindexed } = bareTables(changeset, done);
  const others = objects.filter((o) => !known.has(place(o)));
  for (const trigger of others.filter((o) => o.type === 'trigger' && untriggered.includes(o.table)))
    report(trigger, 'added', { remote: trigger.sql });
  const indexes = others.filter((o) => o.type === 'index' && unindexed.includes(o.table));
  const remade = changeset.schema.flatMap((c) =>
    c.action === 'alter' && c.from.name === c.object.name ? [c.from.name] : [],
  );
  const adopted = indexes.filter((o) => remade.includes(o.table));
  for (const index of indexes) if (!adopted.includes(index)) report(index, 'added', { remote: index.sql });
  return {
    conflicts,
    done,
    adopted,
    tables: new Set(objects.filter((o) => o.type === 'table').map((o) => o.name)),
  };
}

type Texts = Pick<ConflictDefinition, 'old' | 'local' | 'remote'>;

// Names differ in more than the case of ASCII letters. Tables, views and indexes share one set of names.
function place({ type, name }: SchemaObject): string {
  return `${type === 'trigger' ? type : ''} ${foldName(name)}`;
}

function isSame(a: SchemaObject, b: SchemaObject): boolean {
  return a.type === b.type && a.name === b.name && a.table === b.table && a.sql === b.sql;
}
