import { statSync } from 'node:fs';
import type { TableChanges } from '../changeset/model';
import type { Amount } from './amount';
import { mostPieces } from './most-pieces';

/** Size of the two databases in bytes from which the changes may exceed one request, and are uploaded first. */
const MAY_BE_UPLOADED = 8_000_000;

/** Bytes of the databases to count as one more text or group of BLOBs: the rows of a piece may be large. */
const BYTES_OF_VALUE = 500_000;

/** Estimates the cost of an upload: a row for each piece of the rows, and for each request with some of them. */
export function uploadCost(
  tables: readonly TableChanges[],
  { before, after }: { readonly before: string; readonly after: string },
): Amount {
  const bytes = statSync(before).size + statSync(after).size;
  const rowsOf = (t: TableChanges): number => 2 * t.count('update') + t.count('delete') + t.count('insert');
  const many = tables.filter((t) => rowsOf(t) > 1_000);
  if (bytes < MAY_BE_UPLOADED || many.length === 0) return { read: 0, written: 0 };
  const pieces = many.reduce((n, t) => n + mostPieces(t, rowsOf(t)), 0);
  const values = pieces + Math.ceil(bytes / BYTES_OF_VALUE);
  return { read: 4 * values + 20, written: 2 * values + 6 };
}
