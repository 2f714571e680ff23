import { quoteName } from '../../local/values/quote';
import type { SchemaObject } from '../../local/schema/schema';

/** The statement that drops an object of the schema. */
export function dropSql({ type, name }: Pick<SchemaObject, 'type' | 'name'>): string {
  return `DROP ${type.toUpperCase()} main.${quoteName(name)}`;
}
