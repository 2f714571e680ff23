import type { RowChange, RowPiece } from '../changeset/model';
import { JsonBatch } from '../changeset/rows/json-batch';
import { changesUniqueValue } from '../changeset/rows/unique';
import type { TableFile } from './read-rows';
import type { SqlValue } from '../sqlite/values/values';
import type { WrittenUpdate } from './read-update';

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
  const batches = new Map<string, JsonBatch>();
  let ready: RowPiece[] = [];
  const openBatch = (set: readonly number[]): JsonBatch =>
    new JsonBatch((rows) => ready.push({ ...rows, set, known: [...key, ...set], alone: null }));
  for (const update of updates) {
    const set = update.pairs.map(({ place }) => place);
    const shape = set.join();
    const isFew = batches.has(shape) || batches.size < MANY_SHAPES;
    if (isFew && !isReplaced(set)) {
      const batch = batches.get(shape) ?? openBatch(set);
      batches.set(shape, batch);
      if (batch.add(rowOf(update, isInverse))) {
        yield* ready;
        ready = [];
        continue;
      }
    }
    yield { count: 1, set, rows: [toChange(update)] };
  }
  for (const batch of batches.values()) batch.flush();
  yield* ready;
}

function rowOf({ keyValues, pairs }: WrittenUpdate, isInverse: boolean): SqlValue[] {
  const [before, after] = isInverse ? (['to', 'from'] as const) : (['from', 'to'] as const);
  const row = [...keyValues];
  for (const pair of pairs) row.push(pair[before]);
  for (const pair of pairs) row.push(pair[after]);
  return row;
}
