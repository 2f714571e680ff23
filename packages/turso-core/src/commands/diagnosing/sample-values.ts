import { RawText, type Encoding, type SqlValue } from '../../sqlite/values/values';

/** Returns values that a wire, a proxy or a driver may lose, each with a name for people. */
export function sampleValues(encoding: Encoding): readonly (readonly [name: string, value: SqlValue])[] {
  const samples: [string, SqlValue][] = [
    ['NULL', null],
    ['an infinity', Infinity],
    ['a negative infinity', -Infinity],
    ['-0.0', -0],
    ['the smallest double', 5e-324],
    ['the largest double', Number.MAX_VALUE],
    ['a double with 17 digits', 0.1 + 0.2],
    ['a whole double', 1],
    ['the largest integer', 2n ** 63n - 1n],
    ['the smallest integer', -(2n ** 63n)],
    ['an integer that no double holds', 2n ** 53n + 1n],
    ['an empty text', ''],
    ['a text with U+FEFF first', '\ufeffé'],
    ['a text with NUL', 'a\0b'],
    ['a text beyond the first plane', "quote ' and 👩‍🚀\n"],
    ['an empty blob', new Uint8Array(0)],
    ['a blob of all bytes', Uint8Array.from({ length: 256 }, (_, i) => i)],
    ['a large blob', new Uint8Array(100_000).fill(7)],
  ];
  // In a UTF-16 database, these bytes are text.
  if (encoding === 'UTF-8') samples.push(['text that is not UTF-8', new RawText(Uint8Array.of(0xff, 0x61))]);
  return samples;
}
