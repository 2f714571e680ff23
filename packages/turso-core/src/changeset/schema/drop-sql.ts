import type { SchemaObject } from '../../sqlite/schema/schema';
import { quoteName } from '../../sqlite/values/quote';

/** The statement that drops an object of the schema. */
export function dropSql({ type, name }: Pick<SchemaObject, 'type' | 'name'>): string {
  return `DROP ${type.toUpperCase()} main.${quoteName(name)}`;
}
