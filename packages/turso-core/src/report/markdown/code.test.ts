import { code, diffBlock } from './code';

test.each([
  ['plain', '`plain`'],
  ['@ada fixes #1 <b>', '`@ada fixes #1 <b>`'],
  ['a\nb', '`a\\nb`'],
  ['\u202e', '`\\u202e`'],
  ['', '<code></code>'],
  [' a', '<code>&#32;a</code>'],
  ['a`b', '<code>a&#96;b</code>'],
  ['\\|@x', '<code>&#92;&#124;<span>&#64;</span>x</code>'],
  ['<img src=x>|', '<code>&#60;img&#32;src&#61;x&#62;&#124;</code>'],
])('%j becomes %s', (text, markdown) => {
  expect(code(text)).toBe(markdown);
});

test('no text ends the block of a diff', () => {
  expect(
    diffBlock([
      ['+', '````'],
      ['-', 'a\n```'],
    ]),
  ).toBe('`````diff\n+ ````\n- a\\n```\n`````\n');
});
