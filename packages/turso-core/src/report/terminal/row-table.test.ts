import type { PlanRow, PlanValues } from '../../plan/plan';
import { fitted } from './line';
import { rowTable } from './row-table';

const update = (key: PlanValues, old: PlanValues, now: PlanValues): PlanRow => ({
  ...{ kind: 'update', table: 't', key, columns: Object.keys(old), old, new: now },
});

// Works for these texts only.
const widthOf = (text: string): number =>
  Array.from(text).reduce((sum, c) => sum + (/[\u3000-\uffee]/.test(c) ? 2 : 1), 0);

const texts = (rows: PlanRow[], columns?: number): string[] =>
  rowTable(rows, { widthOf, ...(columns === undefined ? {} : { columns }) }).map(({ text }) => text);

test('wide characters keep the columns in line', () => {
  expect(
    texts([update({ id: 1n }, { name: '日本', price: 19.98 }, { name: 'Nihon', price: 19.99 })]),
  ).toEqual([
    '     key   column  old     new',
    "  ~  id=1  name    '日本'  'Nihon'",
    '           price   19.98   19.99',
  ]);
});

test('no line is longer than the terminal', () => {
  const row = update(
    { id: 1n },
    { ['name'.repeat(20)]: 'x'.repeat(50) },
    { ['name'.repeat(20)]: '日'.repeat(50) },
  );
  const insert: PlanRow = {
    kind: 'insert',
    table: 't',
    key: { id: 2n },
    columns: [],
    old: null,
    new: { id: 2n, v: 'y'.repeat(99) },
  };
  for (const columns of [30, 60, 80]) {
    const lines = texts([row, insert], columns);
    expect(lines).toHaveLength(3);
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(columns);
  }
});

test('a text is cut between characters, not in one', () => {
  expect(fitted('日本語', 4, widthOf)).toBe('日…');
  const graphemes = (text: string): number =>
    [...new Intl.Segmenter().segment(text)].reduce(
      (sum, { segment }) => sum + (segment.length > 1 ? 2 : 1),
      0,
    );
  expect(fitted('a👩‍👩‍👧b', 3, graphemes)).toBe('a…');
});

test('what cannot be seen is written as an escape', () => {
  expect(texts([update({ id: 1n }, { '\u202e\x1b[31m': 'a\nb' }, { '\u202e\x1b[31m': null })])[1]).toBe(
    "  ~  id=1  \\u202e\\x1b[31m  'a\\nb'  NULL",
  );
});
