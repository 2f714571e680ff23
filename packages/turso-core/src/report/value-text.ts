import { quoteValue } from '../sqlite/values/quote';
import type { SqlValue } from '../sqlite/values/values';
import { realText } from './real-text';
import { shown } from './shown';

/** Characters of a value that are shown. */
const LENGTH = 60;

/** A value for people: as SQL has it, but for numbers, which are as people write them; cut if it is long. */
export function valueText(value: SqlValue): string {
  const text = typeof value === 'number' ? realText(value) : quoteValue(shortened(value));
  return shown(text.length > LENGTH ? `${text.slice(0, LENGTH - 3)}...` : text);
}

// Quoting a megabyte takes long for what is shown of it.
function shortened(value: SqlValue): SqlValue {
  return typeof value === 'string' || value instanceof Uint8Array ? value.slice(0, LENGTH + 1) : value;
}

/** Values by column for people: `id=1, name='Ada'`. */
export function rowText(row: Readonly<Record<string, SqlValue>>): string {
  return Object.entries(row)
    .map(([name, value]) => `${shown(name)}=${valueText(value)}`)
    .join(', ');
}
