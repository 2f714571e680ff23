import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import fc from 'fast-check';
import { values } from '../../../test/fixtures/values.fixture';
import { RawText, sameValue, type SqlValue } from '../../sqlite/values/values';
import { LIMIT, TooManyParts } from '../answer-parts';
import { bytesOf } from '../body';
import type { HranaRequest } from '../hrana';
import { PROTOBUF } from './protobuf';
import { readMessage, type MessageFields } from './protobuf-fields';

const { Varint, Bit32, Bit64, LengthDelimited, StartGroup } = WireType;

const batch: HranaRequest = { type: 'batch', steps: [{ sql: 'SELECT 1' }] };

/** Wraps content as the only field of nested messages. */
function within(tags: readonly number[], content: Uint8Array): Uint8Array {
  return tags.reduceRight(
    (inner, tag) => new BinaryWriter().tag(tag, LengthDelimited).bytes(inner).finish(),
    content,
  );
}

/** Returns the answer to a batch with only this result. */
const answered = (result: Uint8Array): Uint8Array => within([3, 1, 3, 1, 1, 2], result);

/** Returns a result of so many columns, with these rows. */
const ofColumns = (count: number, ...rows: Uint8Array[]): Uint8Array =>
  Buffer.concat([...Array.from({ length: count }, () => within([1], Buffer.alloc(0))), ...rows]);

test('values come back bit by bit as they were bound', () => {
  fc.assert(
    fc.property(values, (value) => {
      const request: HranaRequest = { type: 'batch', steps: [{ sql: '', args: [value] }] };
      const body = Buffer.concat(PROTOBUF.encode(null, [request]).map(({ bytes }) => bytesOf(bytes)));
      // Bound values and returned values use the same message.
      const bound = path([2, 3, 1, 1, 2, 3], body);
      const { results } = PROTOBUF.decode(answered(ofColumns(1, within([2, 1], bound))), [batch]);
      const rows = results.flatMap((result) =>
        result.type === 'batch'
          ? result.steps.flatMap((step) => (step && 'rows' in step ? step.rows : []))
          : [],
      );
      const back = rows[0]?.[0] as SqlValue;
      expect(sameValue(back, value instanceof RawText ? value.bytes : value)).toBe(true);
    }),
    {
      examples: [
        ...[-(2n ** 63n), 2n ** 63n - 1n, -1n, 127n, 128n],
        ...[-0, Infinity, -Infinity, 5e-324, '\ufeff', '\ufeffa', 'a\0b', 'é'.repeat(100)],
      ].map((value): [SqlValue] => [value]),
    },
  );

  function path(tags: readonly number[], bytes: Uint8Array): Uint8Array {
    return tags.reduce(
      (inner, wanted) =>
        readMessage(inner, (fields) => {
          for (let tag; (tag = fields.next()) > 0;) if (tag === wanted) return fields.bytes();
          throw new Error('It is not there');
        }),
      bytes,
    );
  }
});

test('fields that nobody asks for are passed over, and messages may be read in part', () => {
  const message = new BinaryWriter()
    .tag(1, LengthDelimited)
    .string('passed over')
    .tag(2, Varint)
    .uint32(300)
    .tag(3, Bit64)
    .double(1.5)
    .tag(4, Bit32)
    .float(1)
    .tag(5, LengthDelimited)
    .bytes(within([1], within([7], Buffer.from('abc'))))
    .tag(6, LengthDelimited)
    .string('\ufeffread')
    .finish();
  const tags: number[] = [];
  const text = readMessage(message, (fields) => {
    for (let tag; (tag = fields.next()) > 0;) {
      tags.push(tag);
      if (tag === 5) expect(fields.message().next()).toBe(1);
      if (tag === 6) return fields.text();
    }
    return '';
  });
  expect(tags).toEqual([1, 2, 3, 4, 5, 6]);
  expect(text).toBe('\ufeffread');
});

const first =
  <T>(read: (fields: MessageFields) => T) =>
  (fields: MessageFields): T => {
    fields.next();
    return read(fields);
  };

test.each<[string, Uint8Array, (fields: MessageFields) => unknown]>([
  ['text that is not UTF-8', within([1], Uint8Array.of(0xff, 0x41)), first((fields) => fields.text())],
  ['a field of another type', within([1], Uint8Array.of(1)), first((fields) => fields.integer())],
  ['a field that ends later', Uint8Array.of(0x0a, 5, 1), first((fields) => fields.bytes())],
  [
    'a message that ends later',
    within([1], Uint8Array.of(0x0a, 5)),
    first((f) => first((g) => g.message())(f.message())),
  ],
  ['a number without end', Buffer.alloc(20, 0xff), (fields) => fields.next()],
  ['no field', Uint8Array.of(0), (fields) => fields.next()],
  [
    'a group without end',
    new BinaryWriter().tag(1, StartGroup).finish(),
    (fields) => [fields.next(), fields.next()],
  ],
])('is a RangeError: %s', (_, bytes, read) => {
  expect(() => readMessage(bytes, read)).toThrow(RangeError);
});

test('bytes that are no answer are a RangeError, or no results', () => {
  const answer = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    // A request to the server, cut off at any point.
    fc.tuple(fc.array(values, { maxLength: 4 }), fc.nat(100)).map(([args, length]) => {
      const request: HranaRequest = { type: 'batch', steps: [{ sql: 'SELECT 1', args }] };
      const pieces = PROTOBUF.encode('baton', [request]).map(({ bytes }) => bytesOf(bytes));
      return Buffer.concat(pieces).subarray(0, length);
    }),
  );
  fc.assert(
    fc.property(answer, (bytes) => {
      try {
        PROTOBUF.decode(bytes, [batch]);
      } catch (error) {
        expect((error as Error).name).toBe('RangeError');
      }
    }),
    { numRuns: 2000 },
  );
});

test.each<[string, Uint8Array]>([
  ['a value of no type', ofColumns(1, within([2, 1], Buffer.alloc(0)))],
  ['a value of an unknown type', ofColumns(1, within([2, 1, 9], Buffer.alloc(0)))],
  ['a row with a value less', ofColumns(2, within([2, 1, 1], Buffer.alloc(0)))],
  ['a row with a value more', ofColumns(0, within([2, 1, 1], Buffer.alloc(0)))],
])('is a RangeError: %s', (_, result) => {
  expect(() => PROTOBUF.decode(answered(result), [batch])).toThrow(RangeError);
});

test('an answer of too many parts is not decoded', () => {
  const rows = Buffer.alloc(2 * LIMIT, Buffer.of((2 << 3) | LengthDelimited, 0));
  expect(() => PROTOBUF.decode(answered(rows), [batch])).toThrow(TooManyParts);
});

test.each<[string, BinaryWriter, object | null]>([
  ['nothing', new BinaryWriter(), null],
  ['a duration alone', new BinaryWriter().tag(8, Bit64).double(0.1), { rowsRead: 0, rowsWritten: 0 }],
  [
    'rows read',
    new BinaryWriter().tag(6, Varint).uint32(300).tag(8, Bit64).double(0.1),
    { rowsRead: 300, rowsWritten: 0 },
  ],
  ['rows written', new BinaryWriter().tag(7, Varint).uint32(2), { rowsRead: 0, rowsWritten: 2 }],
  ['too many to be true', new BinaryWriter().tag(6, Varint).uint64(2n ** 63n), null],
])('tells what a statement used: %s', (_, result, expected) => {
  expect(PROTOBUF.decode(answered(result.finish()), [batch]).used).toEqual([expected]);
});
