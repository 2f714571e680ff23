/** A line of a text diff: removed, added, or the same on both sides. */
export type DiffLine = readonly [sign: '-' | '+' | ' ', text: string];

/** The most cells in the table of common lines. Above this, all lines in question count as changed. */
const MOST = 4_000_000;

/** Compares two lists of lines. A comma at the end of a line does not count. */
export function lineDiff(before: readonly string[], after: readonly string[]): DiffLine[] {
  let start = 0;
  while (start < before.length && start < after.length && sameLine(before[start], after[start])) start++;
  let end = 0;
  const most = Math.min(before.length, after.length) - start;
  while (end < most && sameLine(before[before.length - 1 - end], after[after.length - 1 - end])) end++;
  const same = (lines: readonly string[]): DiffLine[] => lines.map((line) => [' ', line]);
  return [
    ...same(after.slice(0, start)),
    ...between(before.slice(start, before.length - end), after.slice(start, after.length - end)),
    ...same(after.slice(after.length - end)),
  ];
}

function between(before: readonly string[], after: readonly string[]): DiffLine[] {
  const width = after.length + 1;
  if (before.length * width > MOST) return [...minus(before), ...plus(after)];
  // The longest common list of lines from each place on.
  const common = new Uint32Array((before.length + 1) * width);
  const at = (i: number, j: number): number => common[i * width + j] ?? 0;
  for (let i = before.length - 1; i >= 0; i--)
    for (let j = after.length - 1; j >= 0; j--)
      common[i * width + j] = sameLine(before[i], after[j])
        ? at(i + 1, j + 1) + 1
        : Math.max(at(i + 1, j), at(i, j + 1));
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < before.length && j < after.length) {
    if (sameLine(before[i], after[j])) lines.push([' ', after[(i++, j++)] ?? '']);
    else if (at(i + 1, j) >= at(i, j + 1)) lines.push(['-', before[i++] ?? '']);
    else lines.push(['+', after[j++] ?? '']);
  }
  return [...lines, ...minus(before.slice(i)), ...plus(after.slice(j))];
}

function minus(lines: readonly string[]): DiffLine[] {
  return lines.map((line) => ['-', line]);
}

function plus(lines: readonly string[]): DiffLine[] {
  return lines.map((line) => ['+', line]);
}

function sameLine(a: string | undefined, b: string | undefined): boolean {
  return a === b || a?.replace(/,$/, '') === b?.replace(/,$/, '');
}
