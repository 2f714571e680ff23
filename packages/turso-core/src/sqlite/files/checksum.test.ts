import { crc32 } from 'node:zlib';
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { checksumAfter } from './checksum';

test('the checksum of a content follows from the one before parts of it were replaced', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 5000 }),
      fc.array(fc.tuple(fc.nat(), fc.uint8Array({ minLength: 0, maxLength: 40 })), { maxLength: 4 }),
      (content, parts) => {
        const bytes = Buffer.from(content);
        const crc = crc32(bytes);
        const replaced = parts.map(([place, part]) => {
          const at = place % bytes.length;
          const before = Buffer.from(bytes.subarray(at, at + part.length));
          const after = Buffer.from(part.subarray(0, before.length));
          after.copy(bytes, at);
          return { at, before, after };
        });
        expect(checksumAfter(crc, bytes.length, replaced)).toBe(crc32(bytes));
      },
    ),
    { numRuns: 50 },
  );
});

test('also far from the end', () => {
  const bytes = randomBytes(3_000_000);
  const crc = crc32(bytes);
  const before = Buffer.from(bytes.subarray(7, 4103));
  const after = randomBytes(before.length);
  after.copy(bytes, 7);
  expect(checksumAfter(crc, bytes.length, [{ at: 7, before, after }])).toBe(crc32(bytes));
});
