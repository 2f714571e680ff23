import { quoteValue } from '../sqlite/values/quote';
import type { SqlValue } from '../sqlite/values/values';
import { realText } from './real-text';
import { shown } from './shown';

/** The most characters shown of a value. */
const LENGTH = 60;

/** Returns a value for people: as in SQL, with numbers in a readable form. Long values are cut. */
export function valueText(value: SqlValue): string {
  const text = typeof value === 'number' ? realText(value) : quoteValue(shortened(value));
  return shown(text.length > LENGTH ? `${text.slice(0, LENGTH - 3)}...` : text);
}

// To quote a megabyte takes long, only to show the start of it.
function shortened(value: SqlValue): SqlValue {
  return typeof value === 'string' || value instanceof Uint8Array ? value.slice(0, LENGTH + 1) : value;
}

/** Returns values by column for people: `id=1, name='Ada'`. */
export function rowText(row: Readonly<Record<string, SqlValue>>): string {
  return Object.entries(row)
    .map(([name, value]) => `${shown(name)}=${valueText(value)}`)
    .join(', ');
}
