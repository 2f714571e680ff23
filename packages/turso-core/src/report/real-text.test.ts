import fc from 'fast-check';
import { realText } from './real-text';

test.each([
  [19.99, '19.99'],
  [1, '1.0'],
  [-0, '-0.0'],
  [0.1 + 0.2, '0.30000000000000004'],
  [1e21, '1e+21'],
  [Infinity, 'Infinity'],
])('%d is written as people write it', (value, text) => {
  expect(realText(value)).toBe(text);
});

test('the text reads back as the same number', () => {
  fc.assert(fc.property(fc.double({ noNaN: true }), (value) => Object.is(Number(realText(value)), value)));
});
