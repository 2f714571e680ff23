import { quoteValue } from '../sqlite/values/quote';
import type { SqlValue } from '../sqlite/values/values';
import { shown } from './shown';

/** Characters of a value that are shown. */
const LENGTH = 60;

/** A value for people: as SQL, cut where it is long. */
export function valueText(value: SqlValue): string {
  const text = quoteValue(value);
  return shown(text.length > LENGTH ? `${text.slice(0, LENGTH - 3)}...` : text);
}

/** Values by column for people: `id=1, name='Ada'`. */
export function rowText(row: Readonly<Record<string, SqlValue>>): string {
  return Object.entries(row)
    .map(([name, value]) => `${shown(name)}=${valueText(value)}`)
    .join(', ');
}
