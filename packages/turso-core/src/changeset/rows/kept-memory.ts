import type { Database } from '../../sqlite/files/sqlite';

/** The most bytes of changed rows that one comparison of two databases keeps, for any number of tables. */
const LIMIT = 32_000_000;

/** The memory for rows that are kept for repeated use. */
export interface KeptMemory {
  /** Bytes that are left. */
  readonly left: number;
  take(bytes: number): void;
}

const memories = new WeakMap<Database, KeptMemory>();

/** Returns the memory for the rows of the databases attached to this one. It is free again once `db` is released. */
export function keptMemory(db: Database): KeptMemory {
  const memory = memories.get(db) ?? limitedMemory();
  memories.set(db, memory);
  return memory;
}

function limitedMemory(): KeptMemory {
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
