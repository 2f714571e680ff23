/** Rows in the units that libSQL bills. */
export interface Usage {
  readonly rowsRead: number;
  readonly rowsWritten: number;
}

/** Adds up what the statements of one connection used. */
export interface Tally {
  /** Adds what statements used; null for one whose answer does not tell. */
  add(statements: readonly (Usage | null)[]): void;
  /** The sum so far; null if a server did not tell what a statement used. */
  total(): Usage | null;
}

/** Begins to add up. */
export function createTally(): Tally {
  let [rowsRead, rowsWritten, isKnown] = [0, 0, true];
  return {
    add(statements) {
      for (const used of statements) {
        isKnown &&= used !== null;
        // As the server's own counter does it: a statement that touches no row, such as COMMIT, counts as one row read.
        rowsRead += used === null ? 0 : used.rowsRead === 0 && used.rowsWritten === 0 ? 1 : used.rowsRead;
        rowsWritten += used?.rowsWritten ?? 0;
      }
    },
    total: () => (isKnown ? { rowsRead, rowsWritten } : null),
  };
}
