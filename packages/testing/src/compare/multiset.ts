import { clip } from './values';

/** Tells what either side has more often than the other; the order does not matter. */
export function* compareMultisets(what: string, a: Iterable<string>, b: Iterable<string>): Generator<string> {
  const surplus = new Map<string, number>();
  for (const item of a) surplus.set(item, (surplus.get(item) ?? 0) + 1);
  for (const item of b) {
    const count = surplus.get(item) ?? 0;
    if (count === 1) surplus.delete(item);
    else surplus.set(item, count - 1);
  }
  for (const [item, count] of surplus) {
    const times = Math.abs(count) > 1 ? ` ${Math.abs(count)} times more` : '';
    yield `${what}: only in ${count > 0 ? 'a' : 'b'}${times}: ${clip(item)}`;
  }
}
