import { shareOut } from './share-out';

const counts = (
  table: string,
  deleted: number,
  updated: number,
  inserted: number,
): Parameters<typeof shareOut>[0][number] => ({
  ...{ table, delete: deleted, update: updated, insert: inserted },
});

test('all rows have room if they fit', () => {
  expect(shareOut([counts('a', 1, 2, 3)], 6).get('a')).toEqual({ delete: 1, update: 2, insert: 3 });
});

test('deleted rows come first, then updates, then inserts', () => {
  expect(shareOut([counts('a', 5, 5, 5), counts('b', 0, 2, 9)], 10)).toEqual(
    new Map([
      ['a', { delete: 5, update: 3, insert: 0 }],
      ['b', { delete: 0, update: 2, insert: 0 }],
    ]),
  );
});

test('a large table leaves room to the small ones', () => {
  const shares = shareOut(
    [counts('large', 0, 0, 1000), counts('small', 0, 0, 3), counts('medium', 0, 0, 60)],
    100,
  );
  expect([...shares.values()].map((share) => share.insert)).toEqual([49, 3, 48]);
});
