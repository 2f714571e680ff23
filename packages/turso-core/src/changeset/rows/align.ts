/** The name by which a row is paired, and its content. Two rows with the same content are the same. */
export interface AlignedRow {
  readonly name: string;
  readonly content: string;
}

/** The comparison of two lists of rows. All numbers are places in the lists. */
export interface Alignment {
  /** Equal rows, at different places. */
  readonly pairs: readonly (readonly [before: number, after: number])[];
  readonly updates: readonly (readonly [before: number, after: number])[];
  readonly deletes: readonly number[];
  readonly inserts: readonly number[];
}

/**
 * Pairs the rows of two lists without changing their order. First it pairs rows with unique names, then equal ones in
 * between. If names are only the content, it then pairs the rest if both sides have as many. Null if the rows are in
 * another order than before.
 */
export function align(
  before: readonly AlignedRow[],
  after: readonly AlignedRow[],
  isNamed: boolean,
): Alignment | null {
  const pairs: (readonly [number, number])[] = [];
  const updates: (readonly [number, number])[] = [];
  const deletes: number[] = [];
  const inserts: number[] = [];
  const gap = (i0: number, i1: number, j0: number, j1: number): void => {
    const isChanged = !isNamed && i1 - i0 === j1 - j0;
    for (let n = 0; isChanged && n < i1 - i0; n++) updates.push([i0 + n, j0 + n]);
    for (let i = i0; !isChanged && i < i1; i++) deletes.push(i);
    for (let j = j0; !isChanged && j < j1; j++) inserts.push(j);
  };
  const pair = (i: number, j: number): unknown =>
    before[i]?.content === after[j]?.content ? pairs.push([i, j]) : updates.push([i, j]);
  const segment = (i0: number, i1: number, j0: number, j1: number): void => {
    const places = new Map<string, number[]>();
    for (let j = j1 - 1; j >= j0; j--) {
      const name = after[j]?.name ?? '';
      const list = places.get(name);
      if (list === undefined) places.set(name, [j]);
      else list.push(j);
    }
    let [lastI, lastJ] = [i0, j0];
    for (let i = i0; i < i1; i++) {
      const list = places.get(before[i]?.name ?? '') ?? [];
      let j = list.pop();
      while (j !== undefined && j < lastJ) j = list.pop();
      if (j === undefined) continue;
      gap(lastI, i, lastJ, j);
      pair(i, j);
      [lastI, lastJ] = [i + 1, j + 1];
    }
    gap(lastI, i1, lastJ, j1);
  };

  const [onceBefore, onceAfter] = [placesOfUnique(before), placesOfUnique(after)];
  let [lastI, lastJ] = [0, 0];
  for (const [name, i] of onceBefore) {
    const j = onceAfter.get(name);
    if (i < 0 || j === undefined || j < 0) continue;
    if (j < lastJ) return null;
    segment(lastI, i, lastJ, j);
    pair(i, j);
    [lastI, lastJ] = [i + 1, j + 1];
  }
  segment(lastI, before.length, lastJ, after.length);
  return { pairs, updates, deletes, inserts };
}

/** Returns the place of each name, in their order. -1 for a name that is not unique. */
function placesOfUnique(rows: readonly AlignedRow[]): Map<string, number> {
  const places = new Map<string, number>();
  rows.forEach(({ name }, i) => places.set(name, places.has(name) ? -1 : i));
  return places;
}
