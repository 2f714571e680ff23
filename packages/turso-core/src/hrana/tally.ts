/** Rows in the units that libSQL bills. */
export interface Usage {
  readonly rowsRead: number;
  readonly rowsWritten: number;
}

/** What an answer tells that a statement used; null if these are no counts. */
export function usageOf(rowsRead: unknown, rowsWritten: unknown): Usage | null {
  return isCount(rowsRead) && isCount(rowsWritten) ? { rowsRead, rowsWritten } : null;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Adds up what the statements of one connection used. */
export interface Tally {
  /** Notes that the server has answered, whatever it was. */
  reach(): void;
  /** Notes that statements are sent, whose answer may be lost. */
  ask(): void;
  /** Adds what statements used; null for one whose answer does not tell. */
  add(statements: readonly (Usage | null)[]): void;
  /** The sum so far; null if no server has answered, if it did not tell what a statement used, or if no answer came to those sent. */
  total(): Usage | null;
}

/** Begins to add up. */
export function createTally(): Tally {
  let [rowsRead, rowsWritten, isKnown] = [0, 0, true];
  let [isReached, isAsked, isAnswered] = [false, false, false];
  return {
    reach() {
      isReached = true;
    },
    ask() {
      isAsked = true;
    },
    add(statements) {
      isAnswered = true;
      for (const used of statements) {
        isKnown &&= used !== null;
        // As the server's own counter does it: a statement that touches no row, such as COMMIT, counts as one row read.
        rowsRead += used === null ? 0 : used.rowsRead === 0 && used.rowsWritten === 0 ? 1 : used.rowsRead;
        rowsWritten += used?.rowsWritten ?? 0;
      }
    },
    total: () => (isKnown && isReached && (isAnswered || !isAsked) ? { rowsRead, rowsWritten } : null),
  };
}
