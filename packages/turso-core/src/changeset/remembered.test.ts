import type { RowChange } from './model';
import { remembered } from './remembered';

/** Rows of about so many bytes, and how often they were searched for. */
function rowsOf(
  count: number,
  bytes: number,
): { rows: ReturnType<typeof remembered>; searches: () => number } {
  let searches = 0;
  const row = new Uint8Array(bytes);
  const rows = remembered(function* () {
    searches++;
    for (let i = 0; i < count; i++) yield { kind: 'insert', new: [BigInt(i), row] } satisfies RowChange;
  });
  return { rows, searches: () => searches };
}

test('what is found is searched for once, for each kind', () => {
  const { rows, searches } = rowsOf(3, 10);
  expect([...rows('insert')]).toHaveLength(3);
  expect([...rows('insert')]).toHaveLength(3);
  expect(searches()).toBe(1);
  expect([...rows('delete')]).toHaveLength(3);
  expect(searches()).toBe(2);
});

test('what takes too much memory is searched for at each call, and is complete', () => {
  const { rows, searches } = rowsOf(300, 1_000_000);
  for (const expected of [2, 3]) {
    expect([...rows('insert')].map((change) => change.kind === 'insert' && change.new[0])).toEqual(
      Array.from({ length: 300 }, (_, i) => BigInt(i)),
    );
    expect(searches()).toBe(expected);
  }
});
