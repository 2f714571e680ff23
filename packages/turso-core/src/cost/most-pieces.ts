import type { TableChanges } from '../changeset/model';
import { pieceLimit } from '../changeset/rows/bulk-rows';

/** Additional pieces for distant ranges of rowids and for rows JSON cannot hold. */
const MORE_PIECES = 20;

/** Returns the most pieces for this many rows of a table. */
export function mostPieces({ columns }: TableChanges, rows: number): number {
  return Math.ceil(rows / pieceLimit(columns)) + MORE_PIECES;
}
