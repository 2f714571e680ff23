import { systemCode } from '../../errors';
import { using } from '../../sqlite/files/open';
import { Database } from '../../sqlite/files/sqlite';
import type { Schema, SchemaObject } from '../../sqlite/schema/schema';
import { isVirtual } from '../../sqlite/schema/virtual-table';
import { quoteName } from '../../sqlite/values/quote';
import type { ObjectChange } from '../model';
import type { TablePair } from './pair-tables';

/** The schema in which a table is renamed. */
export interface RenameContext {
  readonly schema: Schema;
  /** What is dropped before, and made after. */
  readonly changes: readonly ObjectChange[];
}

/**
 * The ALTER TABLE .. RENAME statements that change a definition to the very text of the new one, and no other definition
 * that stays; null where there are none. They cost nothing however many rows there are. They are tried out on the
 * definitions alone.
 */
export function renameStatements(pair: TablePair, { schema, changes }: RenameContext): string[] | null {
  const statements = renames(pair);
  if (statements.length === 0) return null;
  const dropped = changes.filter((c) => c.action === 'drop').map((c) => c.object);
  // Whatever is virtual has names of its own, and needs its modules to be read.
  const kept = schema.objects.filter((o) => !dropped.includes(o) && !isOfVirtual(o, schema));
  const wanted = kept.map((o) => (o.type === 'table' && o.name === pair.from.name ? pair.to.sql : o.sql));
  return givesTexts(kept, statements, wanted) ? statements : null;
}

function renames({ from, to }: TablePair): string[] {
  if (from.columns.length !== to.columns.length) return [];
  const old = `ALTER TABLE main.${quoteName(from.name)} RENAME`;
  const known = new Set(from.columns.map((c) => c.name.toLowerCase()));
  const columns = from.columns.flatMap(({ name }, i) => {
    const now = to.columns[i]?.name ?? name;
    return now === name ? [] : [{ name, now }];
  });
  // A name that wanders from one column to another takes its values along.
  if (columns.some(({ now }) => known.has(now.toLowerCase()))) return [];
  return [
    ...columns.map(({ name, now }) => `${old} COLUMN ${quoteName(name)} TO ${quoteName(now)}`),
    ...(from.name === to.name ? [] : [`${old} TO ${quoteName(to.name)}`]),
  ];
}

function isOfVirtual(object: SchemaObject, { tables }: Schema): boolean {
  return isVirtual(object.sql) || tables.get(object.table)?.kind === 'shadow';
}

function givesTexts(
  objects: readonly SchemaObject[],
  statements: readonly string[],
  wanted: readonly string[],
): boolean {
  return using(new Database(':memory:'), (db) => {
    try {
      for (const { sql } of objects) db.exec(sql);
      for (const sql of statements) db.exec(sql);
      const texts = db.prepare('SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL').pluck().all();
      const own = new Set(texts.filter((text) => !(text as string).startsWith('CREATE TABLE sqlite_')));
      return own.size === new Set(wanted).size && wanted.every((text) => own.has(text));
    } catch (error) {
      if (!systemCode(error).startsWith('SQLITE_')) throw error;
      return false;
    }
  });
}
