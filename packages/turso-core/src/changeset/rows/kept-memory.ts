import type { Database } from '../../sqlite/files/sqlite';

/** Bytes of changed rows that one comparison of two databases keeps, however many tables they have. */
const LIMIT = 32_000_000;

/** The memory for rows that are kept since they are used several times. */
export interface KeptMemory {
  /** Bytes that are left. */
  readonly left: number;
  take(bytes: number): void;
}

const memories = new WeakMap<Database, KeptMemory>();

/** The memory for the rows of the databases that are attached to this one. It is free again once this one is let go of. */
export function keptMemory(db: Database): KeptMemory {
  const memory = memories.get(db) ?? limitedMemory();
  memories.set(db, memory);
  return memory;
}

/** Memory of a size of its own. */
export function limitedMemory(): KeptMemory {
  let left = LIMIT;
  return {
    get left() {
      return left;
    },
    take(bytes) {
      left -= bytes;
    },
  };
}
