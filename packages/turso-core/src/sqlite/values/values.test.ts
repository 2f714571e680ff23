import { byteSize, decodeText, RawText, rowSize, sameRow, sameValue, type SqlValue } from './values';

const SAMPLES: readonly SqlValue[] = [
  null,
  0n,
  1n,
  0,
  -0,
  1,
  Infinity,
  '',
  '1',
  'a',
  'A',
  new Uint8Array(),
  Uint8Array.of(97),
  new RawText(Uint8Array.of(97)),
  new RawText(Uint8Array.of(0xff)),
];

test('a value is the same as itself and as no other, of whatever storage class', () => {
  SAMPLES.forEach((a, i) => {
    SAMPLES.forEach((b, j) => {
      expect([a, b, sameValue(a, b)]).toEqual([a, b, i === j]);
    });
  });
});

test('equal bytes are the same, wherever they are kept', () => {
  const large = Uint8Array.of(0, 1, 2, 3);
  expect(sameValue(large.subarray(1, 3), Buffer.from([1, 2]))).toBe(true);
  expect(sameValue(new RawText(large.subarray(3)), new RawText(Buffer.from([3])))).toBe(true);
  expect(sameRow([large, 1n], [Buffer.from(large), 1n])).toBe(true);
  expect(sameRow([1n], [1n, null])).toBe(false);
});

test.each<[string, number[], 'UTF-8' | 'UTF-16le' | 'UTF-16be', string | null]>([
  ['text', [0xc3, 0xa9], 'UTF-8', 'é'],
  ['a byte order mark', [0xef, 0xbb, 0xbf, 0x61], 'UTF-8', '\uFEFFa'],
  ['U+FFFD', [0xef, 0xbf, 0xbd], 'UTF-8', '\uFFFD'],
  ['U+FFFE', [0xef, 0xbf, 0xbe], 'UTF-8', '\uFFFE'],
  ['NUL', [0], 'UTF-8', '\0'],
  ['a byte that begins nothing', [0xff], 'UTF-8', null],
  ['an overlong NUL', [0xc0, 0x80], 'UTF-8', null],
  ['half a surrogate pair', [0xed, 0xa0, 0x80], 'UTF-8', null],
  ['UTF-16', [0x61, 0], 'UTF-16le', 'a'],
  ['UTF-16 the other way', [0, 0x61], 'UTF-16be', 'a'],
  ['a byte order mark in UTF-16', [0xff, 0xfe], 'UTF-16le', '\uFEFF'],
  ['half a surrogate pair in UTF-16', [0, 0xd8], 'UTF-16le', null],
  ['half a character in UTF-16', [0x61], 'UTF-16le', null],
  ['U+FFFE in UTF-16, which SQLite would replace', [0xfe, 0xff], 'UTF-16le', null],
])('%s is read as what it is', (_, bytes, encoding, text) => {
  const stored = Uint8Array.from(bytes);
  expect(decodeText(stored, encoding)).toEqual(text ?? new RawText(stored));
});

test('sizes are in bytes of UTF-8', () => {
  expect(SAMPLES.map(byteSize)).toEqual([8, 8, 8, 8, 8, 8, 8, 0, 1, 1, 1, 0, 1, 1, 1]);
  expect(byteSize('🦀é')).toBe(6);
  expect(rowSize([null, 'ab', Uint8Array.of(1)])).toBe(11);
});
