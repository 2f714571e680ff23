import { bindValues } from './bind';
import { RawText } from './values';

test('values are bound, but for those that would not arrive', () => {
  const blob = Uint8Array.of(1);
  expect(bindValues([null, 7n, 1.5, 0, 'a\0', blob])).toEqual({
    expressions: ['?', '?', '?', '?', '?', '?'],
    args: [null, 7n, 1.5, 0, 'a\0', blob],
  });
  expect(bindValues([1n, -0, Infinity, -Infinity, new RawText(Uint8Array.of(255)), 2n])).toEqual({
    expressions: ['?', '-0.0', '9e999', '-9e999', `CAST(x'ff' AS TEXT)`, '?'],
    args: [1n, 2n],
  });
  expect(bindValues([])).toEqual({ expressions: [], args: [] });
});
