/** Rows in libSQL's units of billing. */
export interface Usage {
  readonly rowsRead: number;
  readonly rowsWritten: number;
}

/** Returns a statement's usage from an answer; null if these are not counts. */
export function usageOf(rowsRead: unknown, rowsWritten: unknown): Usage | null {
  return isCount(rowsRead) && isCount(rowsWritten) ? { rowsRead, rowsWritten } : null;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Adds up the usage of one connection's statements. */
export interface Tally {
  /** Notes any answer of the server. */
  reach(): void;
  /** Notes statements being sent: their answer may be lost. */
  ask(): void;
  /** Adds the usage of statements; null if an answer does not report it. */
  add(statements: readonly (Usage | null)[]): void;
  /**
   * Returns the sum so far. Returns null if no server has answered, an answer did not report usage, or no answer came
   * to the sent statements.
   */
  total(): Usage | null;
}

/** Creates an empty tally. */
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
        // Counts like the server: a statement that touches no row, for example COMMIT, counts as one row read.
        rowsRead += used === null ? 0 : used.rowsRead === 0 && used.rowsWritten === 0 ? 1 : used.rowsRead;
        rowsWritten += used?.rowsWritten ?? 0;
      }
    },
    total: () => (isKnown && isReached && (isAnswered || !isAsked) ? { rowsRead, rowsWritten } : null),
  };
}
