import { joinTerms } from '../../sqlite/join-terms';
import { equalValues, SMALLEST_INTEGER } from '../../sqlite/schema/equal-values';
import { declaredKeyTerms, keyTerms } from '../../sqlite/schema/key-terms';
import { declaredKey, hasHiddenRowid, keyColumns, type Table } from '../../sqlite/schema/schema';
import { quoteName } from '../../sqlite/values/quote';
import type { ChangeKind } from '../model';

/** Which of the two databases have the table. */
export type Presence = 'both' | 'before' | 'after';

/** The rows to compare in {@link changedFrom}. */
export interface Compared {
  readonly table: Table;
  readonly presence: Presence;
  /** All columns of a row. */
  readonly columns: readonly string[];
  /** The name under which the older rows are attached. */
  readonly older: string;
  /** The name of the database with the newer rows. Default is `main`. */
  readonly newer?: string;
  /** A table with the rowids before (`o`) and after (`n`) of rows neither deleted nor inserted. Default is none. */
  readonly except?: string | undefined;
}

/**
 * Returns the `FROM` clause for the changed rows of each kind, open for another condition. Null if there can be none.
 * The older row is `o`, the newer one `n`.
 */
export function changedFrom({
  table,
  presence,
  columns,
  older,
  newer = 'main',
  except,
}: Compared): Readonly<Record<ChangeKind, string | null>> {
  const [old, now] = [`${older}.${quoteName(table.name)} o`, `${newer}.${quoteName(table.name)} n`];
  if (presence === 'before') return { delete: `FROM ${old} WHERE true`, update: null, insert: null };
  if (presence === 'after') return { delete: null, update: null, insert: `FROM ${now} WHERE true` };
  const key = keyColumns(table).map(quoteName);
  const on = joinTerms([...sameKey(table), ...sameName(table)], 'AND');
  // A key is still the same key if only its letter case or type changes.
  const values = columns.filter((name) => table.withoutRowid || !key.includes(quoteName(name)));
  const differs = joinTerms(
    values.map((name) => `(${differ(table, name)})`),
    'OR',
  );
  const isOther = (side: 'o' | 'n'): string =>
    except === undefined ? '' : `AND ${side}.${key[0] ?? ''} NOT IN (SELECT ${side} FROM ${except})`;
  return {
    delete: `FROM ${old} LEFT JOIN ${now} ON ${on} WHERE n.${key[0] ?? ''} IS NULL ${isOther('o')}`,
    update: differs === '' ? null : `FROM ${old} CROSS JOIN ${now} ON ${on} WHERE (${differs})`,
    insert: `FROM ${now} LEFT JOIN ${old} ON ${on} WHERE o.${key[0] ?? ''} IS NULL ${isOther('n')}`,
  };
}

/** Returns the row of {@link changedFrom} that gives the place of a change of that kind. */
export function sideOf(kind: ChangeKind): 'o' | 'n' {
  return kind === 'insert' ? 'n' : 'o';
}

/**
 * Returns a condition: a column of `o` and `n` differs by storage class or bytes. SQLite's own equality also includes
 * texts equal by collation, and the numbers of {@link equalValues}. The angle tells 0.0 and -0.0 apart.
 */
export function differ(table: Table, column: string): string {
  const [a, b] = [`o.${quoteName(column)}`, `n.${quoteName(column)}`];
  const isOther = `${a} COLLATE BINARY IS NOT ${b}`;
  const equal = equalValues(table, column);
  if (equal === 'none') return isOther;
  if (equal === 'smallest') return `${isOther} OR (${b}=${SMALLEST_INTEGER} AND typeof(${a})<>typeof(${b}))`;
  const zero = `typeof(${b})='real' AND ${b}=0.0 AND atan2(${a},-1) IS NOT atan2(${b},-1)`;
  return `${isOther} OR typeof(${a})<>typeof(${b}) OR (${zero})`;
}

function sameKey(table: Table): string[] {
  return equal(keyTerms(table, 'o.'), keyTerms(table, 'n.'));
}

/**
 * Returns the condition for the same declared key. Another row may have taken a hidden rowid, so rows at one rowid are
 * the same only with the same key. Any number of rows may have NULL there. Their rowid identifies them.
 */
function sameName(table: Table): string[] {
  const key = declaredKey(table).map(quoteName);
  if (!hasHiddenRowid(table) || key.length === 0) return [];
  const named = equal(declaredKeyTerms(table, 'o.'), declaredKeyTerms(table, 'n.'));
  const unnamed = ['o', 'n'].map((side) => `(${key.map((name) => `${side}.${name} IS NULL`).join(' OR ')})`);
  return [`(${named.join(' AND ')} OR ${unnamed.join(' AND ')})`];
}

function equal(old: readonly string[], now: readonly string[]): string[] {
  return old.map((term, i) => `${term} = ${now[i]}`);
}
