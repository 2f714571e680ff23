/** Rows in the units libSQL bills. */
export interface Amount {
  readonly read: number;
  readonly written: number;
}

/** Adds amounts up. */
export function sumOf(amounts: Iterable<Amount>): Amount {
  let [read, written] = [0, 0];
  for (const amount of amounts) {
    read += amount.read;
    written += amount.written;
  }
  return { read, written };
}
