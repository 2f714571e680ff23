import { joinTerms } from '../../sqlite/join-terms';
import { keyTerms } from '../../sqlite/schema/key-terms';
import { keyColumns, type Table } from '../../sqlite/schema/schema';
import { quoteName } from '../../sqlite/values/quote';
import type { ChangeKind } from '../model';

/** Which of the two databases have the table. */
export type Presence = 'both' | 'before' | 'after';

/**
 * Where the changed rows of each kind are: `FROM` and what follows, with a condition to add to, or null where there can
 * be none. The older row is `o`, the newer one `n`.
 *
 * @param columns - all columns of a row.
 * @param older - the name under which the older rows are attached.
 */
export function changedFrom(
  table: Table,
  presence: Presence,
  columns: readonly string[],
  older: string,
): Readonly<Record<ChangeKind, string | null>> {
  const [old, now] = [`${older}.${quoteName(table.name)} o`, `main.${quoteName(table.name)} n`];
  if (presence === 'before') return { delete: `FROM ${old} WHERE true`, update: null, insert: null };
  if (presence === 'after') return { delete: null, update: null, insert: `FROM ${now} WHERE true` };
  const key = keyColumns(table).map(quoteName);
  const on = joinTerms(sameKey(table), 'AND');
  // A key of which only the letter case or the type changes is still the same key.
  const values = columns.map(quoteName).filter((name) => table.withoutRowid || !key.includes(name));
  const differs = joinTerms(
    values.map((name) => `(${differ(name)})`),
    'OR',
  );
  return {
    delete: `FROM ${old} LEFT JOIN ${now} ON ${on} WHERE n.${key[0] ?? ''} IS NULL`,
    update: differs === '' ? null : `FROM ${old} CROSS JOIN ${now} ON ${on} WHERE (${differs})`,
    insert: `FROM ${now} LEFT JOIN ${old} ON ${on} WHERE o.${key[0] ?? ''} IS NULL`,
  };
}

/** Which of the two rows of {@link changedFrom} tells the place of a change of that kind. */
export function sideOf(kind: ChangeKind): 'o' | 'n' {
  return kind === 'insert' ? 'n' : 'o';
}

/**
 * Whether a column of `o` and `n` differs by storage class or bytes. Equal to SQLite are also 1 and 1.0, texts that a
 * collation takes for equal, and 0.0 and -0.0, told apart by the angle.
 */
export function differ(name: string): string {
  const [a, b] = [`o.${name}`, `n.${name}`];
  const zero = `typeof(${b})='real' AND ${b}=0.0 AND atan2(${a},-1) IS NOT atan2(${b},-1)`;
  return `${a} COLLATE BINARY IS NOT ${b} OR typeof(${a})<>typeof(${b}) OR (${zero})`;
}

function sameKey(table: Table): string[] {
  const [old, now] = [keyTerms(table, 'o.'), keyTerms(table, 'n.')];
  return old.map((term, i) => `${term} = ${now[i]}`);
}
