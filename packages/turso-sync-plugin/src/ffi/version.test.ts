import { findVersion, isAtLeast } from './version';

test.each([
  ['cargo 1.95.0 (f2d3ce0bd 2026-03-21)', '1.95.0'],
  ['2.9.3', '2.9.3'],
  ['5.3.0', '5.3.0'],
  ['gcc (Debian 12.2.0-14+deb12u1) 12.2.0', '12.2.0'],
  ['no number', null],
])('%s is of version %s', (text, version) => {
  expect(findVersion(text)).toBe(version);
});

test.each([
  ['2.10', '2.9', true],
  ['2.9.3', '2.9', true],
  ['2.9', '2.9.0', true],
  ['2.9', '2.9.1', false],
  ['1.85.1', '1.89', false],
  ['10.0', '9.9', true],
])('%s is as new as %s: %s', (version, minimum, expected) => {
  expect(isAtLeast(version, minimum)).toBe(expected);
});
