import Database from 'better-sqlite3';
import type { RowChange } from '../model';
import { keptMemory } from './kept-memory';
import { knownRows } from './known-rows';

/** Makes rows of about this many bytes, with counters of their searches and counts. */
function rowsOf(
  count: number,
  bytes: number,
  db = new Database(':memory:'),
): ReturnType<typeof knownRows> & { searches: () => number; counts: () => number } {
  let searches = 0;
  let counts = 0;
  const row = new Uint8Array(bytes);
  const known = knownRows({
    search: function* () {
      searches++;
      for (let i = 0; i < count; i++) yield { kind: 'insert', new: [BigInt(i), row] } satisfies RowChange;
    },
    count: () => {
      counts++;
      return count;
    },
    memory: keptMemory(db),
  });
  return { ...known, searches: () => searches, counts: () => counts };
}

test('a few rows are searched for once, for each kind', () => {
  const { rows, count, isMany, searches, counts } = rowsOf(3, 10);
  expect([...rows('insert')]).toHaveLength(3);
  expect(isMany('insert')).toBe(false);
  expect(count('insert')).toBe(3);
  expect([...rows('insert')]).toHaveLength(3);
  expect(searches()).toBe(1);
  expect([...rows('delete')]).toHaveLength(3);
  expect([searches(), counts()]).toEqual([2, 0]);
});

test('many rows are counted without reading them all, and kept once they are read', () => {
  const { rows, count, isMany, searches, counts } = rowsOf(5_000, 10);
  expect(isMany('update')).toBe(true);
  for (const _ of [1, 2]) expect(count('update')).toBe(5_000);
  expect(searches()).toBe(1);
  expect([...rows('update')]).toHaveLength(5_000);
  expect([...rows('update')]).toHaveLength(5_000);
  expect(isMany('update')).toBe(true);
  expect([searches(), counts()]).toEqual([2, 1]);
});

test('what takes too much memory is searched for at each call, and is complete', () => {
  const { rows, searches } = rowsOf(300, 1_000_000);
  for (const expected of [3, 4]) {
    expect([...rows('insert')].map((change) => change.kind === 'insert' && change.new[0])).toEqual(
      Array.from({ length: 300 }, (_, i) => BigInt(i)),
    );
    expect(searches()).toBe(expected);
  }
});

test('tables share the memory, and what one of them keeps the next has less', () => {
  const db = new Database(':memory:');
  const all = Array.from({ length: 3 }, () => rowsOf(20, 1_000_000, db));
  for (const { rows } of all) {
    expect([...rows('insert')]).toHaveLength(20);
    expect([...rows('insert')]).toHaveLength(20);
  }
  expect(all.map(({ searches }) => searches())).toEqual([1, 4, 4]);
});
