import type { Changeset } from '../changeset/model';
import { wholeTables } from '../changeset/whole-tables';
import type { Database } from '../sqlite/files/sqlite';
import { findComputed } from '../sqlite/schema/computed';
import type { Schema } from '../sqlite/schema/schema';
import { sumOf, type Amount } from './amount';

/**
 * Estimates the cost of checking whether the remote computed the same values: generated columns and index expressions.
 * Written rows are compared. Created or changed tables are compared by a checksum.
 */
export function computedCost(changeset: Changeset, after: Database, of: Schema): Amount {
  const computed = findComputed(after, of);
  const whole = wholeTables(changeset);
  const inPart = changeset.tables.filter(
    ({ table, beforeSchema }) =>
      !beforeSchema && !whole.has(table.name) && computed.some((c) => c.table.name === table.name),
  );
  return sumOf([
    ...computed
      .filter(({ table }) => whole.has(table.name))
      // A checksum of all rows. No server counts its steps.
      .map(() => ({ read: 4, written: 0 })),
    ...inPart.map((t) => ({ read: 2 * (t.count('update') + t.count('insert')), written: 0 })),
  ]);
}
