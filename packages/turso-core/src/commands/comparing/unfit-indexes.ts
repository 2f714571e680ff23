import type { Changeset } from '../../changeset/model';
import type { OnEvent } from '../../events';

/** Warns of full-text tables whose index does not fit their rows: their rows are carried all the same. */
export function warnOfIndexes({ unfitIndexes = [] }: Changeset, onEvent: OnEvent | undefined): void {
  if (unfitIndexes.length === 0) return;
  const message = `Another version of SQLite wrote the index of these full-text tables, or what they are stored in was edited: ${unfitIndexes.join(', ')}. Their rows are carried, and the remote makes its own index of them.`;
  onEvent?.({ type: 'warning', message });
}
