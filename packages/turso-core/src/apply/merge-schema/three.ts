/** A base and the two databases made from it: the working copy and the remote. */
export const SIDES = ['base', 'ours', 'theirs'] as const;

/** One of the three. */
export type Side = (typeof SIDES)[number];

/** One thing for each of the three. */
export type Three<T> = Readonly<Record<Side, T>>;

/** Makes one thing for each of the three. */
export function three<T>(make: (side: Side) => T): Three<T> {
  return { base: make('base'), ours: make('ours'), theirs: make('theirs') };
}
