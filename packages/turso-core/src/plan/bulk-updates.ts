import type { RowChange, RowPiece } from '../changeset/model';
import { changesUniqueValue } from '../changeset/rows/unique';
import { sqlJson } from '../sqlite/values/sql-json';
import type { TableFile } from './read-rows';
import type { WrittenUpdate } from './read-update';

/** Maximum rows and characters of one piece. */
const PIECE = { rows: 2_000, text: 500_000 };

/** Maximum number of sets of changed columns to collect side by side. */
const MANY_SHAPES = 16;

/**
 * Reads the updates of a file as JSON, many at once. Each has the row's key and the changed values, before and after.
 * The database has the rest of the row, so nothing else needs comparing.
 *
 * @param updates - as in the file.
 * @param toChange - returns the update of a whole row, for a row JSON cannot hold.
 */
export function* bulkUpdates(
  { table, entry: { columns }, key, isInverse }: TableFile,
  updates: Iterable<WrittenUpdate>,
  toChange: (update: WrittenUpdate) => RowChange,
): Generator<RowPiece> {
  const replaced = new Map<string, boolean>();
  const isReplaced = (set: readonly number[]): boolean => {
    const found = replaced.get(set.join()) ?? changesUniqueValue({ table, columns }, set);
    replaced.set(set.join(), found);
    return found;
  };
  const collected = new Map<string, Collected>();
  const toPiece = ({ rows, set }: Collected): RowPiece => {
    return { text: rows.join(), count: rows.length, blobs: null, set, known: [...key, ...set], alone: null };
  };
  for (const update of updates) {
    const set = update.pairs.map(({ place }) => place);
    const shape = set.join();
    const isFew = collected.has(shape) || collected.size < MANY_SHAPES;
    const text = !isFew || isReplaced(set) ? null : rowText(update, isInverse);
    if (text === null) {
      yield { count: 1, set, rows: [toChange(update)] };
      continue;
    }
    const piece = collected.get(shape) ?? { rows: [], set, size: 0 };
    collected.set(shape, piece);
    piece.rows.push(text);
    piece.size += text.length;
    if (piece.rows.length < PIECE.rows && piece.size < PIECE.text) continue;
    yield toPiece(piece);
    collected.delete(shape);
  }
  for (const piece of collected.values()) yield toPiece(piece);
}

/** Updates of the same columns. */
interface Collected {
  readonly rows: string[];
  readonly set: readonly number[];
  size: number;
}

function rowText({ keyValues, pairs }: WrittenUpdate, isInverse: boolean): string | null {
  const [before, after] = isInverse ? (['to', 'from'] as const) : (['from', 'to'] as const);
  const values = [...keyValues, ...pairs.map((p) => p[before]), ...pairs.map((p) => p[after])];
  const cells = values.map(sqlJson);
  return cells.includes(null) ? null : `[${cells.join()}]`;
}
