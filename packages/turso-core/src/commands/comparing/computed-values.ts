import { ownColumns } from '../../changeset/checksum';
import { openReadOnly } from '../../sqlite/files/open';
import { findComputed, type Computed } from '../../sqlite/schema/computed';
import { readSchema } from '../../sqlite/schema/schema';
import type { Remote } from '../../remote/remote';
import { haveSame, type Question } from './have-same';

/**
 * Finds values the remote computes differently from a local database, for equal rows: STORED columns and index
 * expressions. For example, SQLite turns a REAL into text with 17 digits since 3.53, and with 15 before.
 *
 * @param only - tables to compare. Default is all tables.
 */
export async function findComputedOtherwise(
  remote: Pick<Remote, 'read' | 'attempt'>,
  local: string,
  only?: ReadonlySet<string>,
): Promise<Computed[]> {
  const db = openReadOnly(local);
  try {
    const computed = findComputed(db, readSchema(db)).filter(({ table }) => only?.has(table.name) ?? true);
    const tables = [...new Set(computed.map(({ table }) => table))];
    const of = (table: Computed['table']): Computed[] => computed.filter((each) => each.table === table);
    const all = tables.map((table) => ({ table, terms: of(table).map(({ term }) => term) }));
    const isSame = await haveSame(remote, db, all);
    const differing = tables.filter((_, i) => isSame[i] === false);
    // Only equal rows prove a difference. If somebody has changed rows of the table, it is not reported.
    const open = differing.flatMap(of);
    const rows: Question[] = differing.map((table) => ({ table, terms: ownColumns(table) }));
    const each = open.map(({ table, term }) => ({ table, terms: [term] }));
    const answers = await haveSame(remote, db, [...rows, ...each]);
    const equal = new Set(differing.filter((_, i) => answers[i] === true));
    return open.filter(({ table }, i) => equal.has(table) && answers[differing.length + i] === false);
  } finally {
    db.close();
  }
}

/** Returns a message about the difference, with advice. */
export function computedOtherwise(names: readonly string[]): string {
  return `The remote computes other values than the working copy holds: ${names.join(', ')}. Their versions of SQLite differ, as in how many digits of a REAL become text. Use an expression that gives the same everywhere, such as printf('%.15g', price).`;
}

/** Names a computed value and its place for people, as in `column "label" of table "item"`. */
export function nameOf({ what, table }: Computed): string {
  return `${what} of table "${table.name}"`;
}
