import fc, { type Arbitrary } from 'fast-check';
import { RawText, type SqlValue } from './values';

const doubleBits = fc.tuple(fc.nat(0xffffffff), fc.nat(0xffffffff)).map(([high, low]) => {
  const view = new DataView(new ArrayBuffer(8));
  view.setUint32(0, high);
  view.setUint32(4, low);
  return view.getFloat64(0);
});

/** Values of every storage class, the strange ones more often than chance would have it. */
export const values: Arbitrary<SqlValue> = fc.oneof(
  // Few, so that they meet in keys and unique columns.
  {
    weight: 4,
    arbitrary: fc.constantFrom<SqlValue>(null, 0n, 1n, 0, -0, 1, '', 'a', 'A', 'b', 'a ', '1', '1.0'),
  },
  { weight: 1, arbitrary: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n, -(2n ** 53n) - 1n, 1n << 32n),
  },
  {
    weight: 2,
    arbitrary: fc.oneof(
      fc.double({ noNaN: true }),
      doubleBits.filter((n) => !Number.isNaN(n)),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      Infinity,
      -Infinity,
      5e-324,
      -5e-324,
      0.1 + 0.2,
      1e15,
      1e22,
      2 ** 53,
      2 ** 63,
      1.5e-300,
    ),
  },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '\0',
      'a\0b',
      '\r\n',
      'a\rb\n',
      `'"\`[]\\`,
      '\uFEFFbom',
      '🦀',
      '\uFFFD',
      '\uFFFE',
      ';\n.quit\n',
      '-- c',
      '9e999',
      '{"a":[1]}',
      'a\uE000\0',
    ),
  },
  {
    weight: 1,
    arbitrary: fc
      .oneof(
        fc.constantFrom(
          [0xff],
          [0xc0, 0x80],
          [0xed, 0xa0, 0x80, 0x41],
          [0x00, 0xd8, 0x41, 0x00],
          [0xfe, 0xff, 0xff, 0xff],
        ),
        bytes(6),
      )
      .map((b) => new RawText(Uint8Array.from(b))),
  },
  { weight: 1, arbitrary: bytes(12).map((b) => Uint8Array.from(b)) },
);

function bytes(maxLength: number): Arbitrary<number[]> {
  return fc.array(fc.nat(255), { maxLength });
}
