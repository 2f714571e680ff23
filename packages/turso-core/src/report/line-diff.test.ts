import fc from 'fast-check';
import { lineDiff } from './line-diff';

test('lines are taken away, added or kept', () => {
  expect(lineDiff(['a', 'b', 'c', 'd'], ['a', 'c', 'x', 'd'])).toEqual([
    [' ', 'a'],
    ['-', 'b'],
    [' ', 'c'],
    ['+', 'x'],
    [' ', 'd'],
  ]);
});

test('a comma at the end of a line is no change', () => {
  expect(lineDiff(['a'], ['a,', 'b'])).toEqual([
    [' ', 'a,'],
    ['+', 'b'],
  ]);
});

test('both sides follow from it', () => {
  const lines = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 12 });
  fc.assert(
    fc.property(lines, lines, (before, after) => {
      const diff = lineDiff(before, after);
      const side = (sign: string): string[] => diff.filter(([s]) => s !== sign).map(([, text]) => text);
      expect(side('+')).toEqual(before);
      expect(side('-')).toEqual(after);
    }),
  );
});

test('very long texts are not compared line by line', () => {
  const many = (name: string): string[] => Array.from({ length: 3000 }, (_, i) => `${name} ${i}`);
  expect(lineDiff(many('a'), many('b'))).toHaveLength(6000);
});
