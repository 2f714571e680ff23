import { count, formatAge, formatBytes, thousands } from './units';

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [73_728, '73.7 kB'],
  [999_949, '999.9 kB'],
  [999_950, '1.0 MB'],
  [74_200_000, '74.2 MB'],
  [1_500_000_000, '1.5 GB'],
  [5e15, '5000.0 TB'],
])('%d bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test.each([
  [-5, '0 seconds ago'],
  [0, '0 seconds ago'],
  [1, '1 second ago'],
  [89, '89 seconds ago'],
  [90, '2 minutes ago'],
  [5399, '90 minutes ago'],
  [5400, '2 hours ago'],
  [129_599, '36 hours ago'],
  [129_600, '2 days ago'],
  [86_400 * 400, '400 days ago'],
])('%d seconds after, it is %s', (seconds, text) => {
  const since = '2026-01-01T00:00:00.000Z';
  expect(formatAge(since, Date.parse(since) + seconds * 1000)).toBe(text);
});

test('a number has its noun', () => {
  expect([0, 1, 2].map((n) => count(n, 'row'))).toEqual(['0 rows', '1 row', '2 rows']);
});

test.each([
  [0, '0'],
  [999, '999'],
  [1000, '1,000'],
  [123_456, '123,456'],
  [Number.MAX_SAFE_INTEGER, '9,007,199,254,740,991'],
])('%d is written as %s', (number, text) => {
  expect(thousands(number)).toBe(text);
});
