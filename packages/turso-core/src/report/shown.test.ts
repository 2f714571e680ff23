import { shown, shownJson, shownLines } from './shown';

test.each([
  ['plain, with é, 漢字 and 👍🏽', 'plain, with é, 漢字 and 👍🏽'],
  ['\x1b[31mred\x1b[0m', '\\x1b[31mred\\x1b[0m'],
  ['\x9b2J\x7f\x00', '\\x9b2J\\x7f\\x00'],
  ['a\nREMOTE is fine\r\tb', 'a\\nREMOTE is fine\\r\\tb'],
  ['user\u202egpj.exe\u2066\u200f', 'user\\u202egpj.exe\\u2066\\u200f'],
  ['a\u200bb\ufeff\u2028', 'a\\u200bb\\ufeff\\u2028'],
  ['\u{e0041}tag', '\\u{e0041}tag'],
  ['half \ud800 of one', 'half \\ud800 of one'],
])('%j is shown as %j', (text, expected) => {
  expect(shown(text)).toBe(expected);
});

test('lines stay lines', () => {
  expect(shownLines('a\x1b\n\n  b\r\n')).toBe('a\\x1b\n\n  b\\r\n');
});

test('JSON means the same', () => {
  const value = { 'a\u202e\x9b': ['\x1b[2J', '\u{e0041}', '👍', '\\u202e', '\ud800'] };
  const text = shownJson(value);
  expect(shown(text)).toBe(text);
  expect(JSON.parse(text)).toEqual(value);
});
