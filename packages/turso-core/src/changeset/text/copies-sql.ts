import { quoteName, quoteValue, quoteValues } from '../../sqlite/values/quote';
import type { SqlValue } from '../../sqlite/values/values';
import type { RowChange, TableChanges } from '../model';

/** Yields statements that remove every copy of the rows with a changed number of copies. */
export function* deletedCopies(changes: TableChanges): Generator<string> {
  for (const change of countedChanges(changes)) {
    if (change.copies?.from === 0) continue;
    const row = change.kind === 'delete' ? change.old : change.new;
    const same = row.map((value, i) => isSame(quoteName(changes.columns[i] ?? ''), value));
    yield `DELETE FROM ${quoteName(changes.table.name)} WHERE ${same.join(' AND ')};`;
  }
}

/** Yields statements that insert the new number of copies. */
export function* insertedCopies(changes: TableChanges): Generator<string> {
  const names = changes.columns.map(quoteName).join(',');
  for (const change of countedChanges(changes)) {
    const row = change.kind === 'delete' ? change.old : change.new;
    const copy = `(${quoteValues(row)})`;
    const copies = Array<string>(change.copies?.to ?? 0).fill(copy);
    if (copies.length > 0)
      yield `INSERT OR ABORT INTO ${quoteName(changes.table.name)}(${names}) VALUES${copies.join(',')};`;
  }
}

type CountedChange = Exclude<RowChange, { kind: 'update' }>;

function* countedChanges(changes: TableChanges): Generator<CountedChange> {
  for (const kind of ['delete', 'insert'] as const) {
    for (const change of changes.rows(kind)) if (change.kind !== 'update') yield change;
  }
}

function isSame(column: string, value: SqlValue): string {
  const literal = quoteValue(value);
  const sign = value === 0 ? ` AND atan2(${column},-1)=atan2(${literal},-1)` : '';
  return `+${column} COLLATE BINARY IS ${literal} AND typeof(${column})=typeof(${literal})${sign}`;
}
