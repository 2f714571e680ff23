import type { Changeset, RowChange, TableChanges } from '../../changeset/model';
import { TursoSyncError } from '../../errors';
import { quoteValue } from '../../sqlite/values/quote';
import { byteSize, type SqlValue } from '../../sqlite/values/values';

/** Throws VALUE_TOO_LARGE, naming the row, for a row above the target's limit in bytes. */
export function refuseTooLarge(changes: TableChanges, change: RowChange, limit: number): void {
  if (limit === Infinity || change.kind === 'delete' || contentSize(change.new) <= limit) return;
  throw new TursoSyncError(
    'VALUE_TOO_LARGE',
    `${describeRow(changes, change.new)}; the remote takes rows of up to ${limit.toLocaleString('en-US')} bytes.`,
    { hint: 'Nothing was sent. Make the row smaller, or keep such values outside of the database.' },
  );
}

/** Describes the largest row of a changeset, for a refusal that does not name it. */
export function describeLargest(changeset: Changeset): string {
  let largest = { size: -1, text: 'It holds no rows' };
  for (const changes of changeset.tables) {
    for (const kind of ['update', 'insert'] as const) {
      for (const change of changes.rows(kind)) {
        if (change.kind === 'delete') continue;
        const size = contentSize(change.new);
        if (size > largest.size) largest = { size, text: describeRow(changes, change.new) };
      }
    }
  }
  return largest.text;
}

function describeRow({ table, columns, key }: TableChanges, row: readonly SqlValue[]): string {
  const terms = key.map((i) => `${columns[i] ?? ''}=${clip(quoteValue(row[i] as SqlValue))}`);
  const size = contentSize(row).toLocaleString('en-US');
  return `The row ${terms.join(', ')} of table "${table.name}" holds ${size} bytes`;
}

// Numbers take zero to eight bytes; they do not count here.
function contentSize(row: readonly SqlValue[]): number {
  return row.reduce<number>((sum, value) => sum + (isNumber(value) ? 0 : byteSize(value)), 0);
}

function isNumber(value: SqlValue): boolean {
  return value === null || typeof value === 'bigint' || typeof value === 'number';
}

function clip(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
