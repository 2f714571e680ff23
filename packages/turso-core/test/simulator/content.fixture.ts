/**
 * What a simulated database holds: rows with a key, as JSON, and lines that nothing but their text tells apart, counted. Keys
 * are `t 3` for a numbered row and `n red` for a named one.
 */
export interface Content {
  readonly rows: ReadonlyMap<string, string>;
  readonly lines: ReadonlyMap<string, number>;
}

/** What happens to one row; undefined where it is not there. */
export interface RowDelta {
  readonly old: string | undefined;
  readonly new: string | undefined;
}

/** What happened between two contents. */
export interface Delta {
  readonly rows: ReadonlyMap<string, RowDelta>;
  readonly lines: ReadonlyMap<string, number>;
}

/** No rows at all. */
export const EMPTY: Content = { rows: new Map(), lines: new Map() };

/** What has to happen to the first content so that it equals the second. */
export function deltaOf(before: Content, after: Content): Delta {
  const rows = new Map<string, RowDelta>();
  for (const key of new Set([...before.rows.keys(), ...after.rows.keys()])) {
    const change = { old: before.rows.get(key), new: after.rows.get(key) };
    if (change.old !== change.new) rows.set(key, change);
  }
  const lines = new Map<string, number>();
  for (const line of new Set([...before.lines.keys(), ...after.lines.keys()])) {
    const more = (after.lines.get(line) ?? 0) - (before.lines.get(line) ?? 0);
    if (more !== 0) lines.set(line, more);
  }
  return { rows, lines };
}

/** The rows of a delta that someone else has set to another value than it knew and than it sets. */
export function conflictsOf(delta: Delta, content: Content): string[] {
  return [...delta.rows].flatMap(([key, change]) => {
    const there = content.rows.get(key);
    return there === change.old || there === change.new ? [] : [key];
  });
}

/** A content with a delta made to it; its rows win over what is there. */
export function withDelta(content: Content, delta: Delta): Content {
  const rows = new Map(content.rows);
  for (const [key, { new: value }] of delta.rows) {
    if (value === undefined) rows.delete(key);
    else rows.set(key, value);
  }
  const lines = new Map(content.lines);
  for (const [line, more] of delta.lines) {
    const count = (lines.get(line) ?? 0) + more;
    if (count > 0) lines.set(line, count);
    else lines.delete(line);
  }
  return { rows, lines };
}

/** The delta that takes another back. */
export function inverseOf({ rows, lines }: Delta): Delta {
  return {
    rows: new Map([...rows].map(([key, change]) => [key, { old: change.new, new: change.old }])),
    lines: new Map([...lines].map(([line, more]) => [line, -more])),
  };
}

/** A delta without those new lines that another one has as well. */
export function withoutLinesOf({ rows, lines }: Delta, other: Delta): Delta {
  const left = [...lines].map(
    ([line, more]) => [line, Math.max(0, more - (other.lines.get(line) ?? 0))] as const,
  );
  return { rows, lines: new Map(left.filter(([, more]) => more > 0)) };
}

/** Whether nothing happened. */
export function isNothing({ rows, lines }: Delta): boolean {
  return rows.size === 0 && lines.size === 0;
}

/** A content as one text, for comparing and for people. */
export function textOf({ rows, lines }: Content): string {
  const sorted = (map: ReadonlyMap<string, unknown>): string =>
    [...map]
      .map(([key, value]) => `${key}=${String(value)}`)
      .sort()
      .join(' ');
  return `${sorted(rows)} | ${sorted(lines)}`;
}
