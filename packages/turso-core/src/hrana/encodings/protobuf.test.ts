import fc from 'fast-check';
import { values } from '../../../test/fixtures/values.fixture';
import type { HranaRequest } from '../hrana';
import { PROTOBUF } from './protobuf';
import { doubleField, FieldReader, integerField, lengthField, numberField } from './protobuf-fields';

const MIN = -(2n ** 63n);
const MAX = 2n ** 63n - 1n;

test('numbers of every size come back as they were written', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: MIN, max: MAX }),
      fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      fc.double(),
      (signed, unsigned, double) => {
        const fields = new FieldReader(
          Buffer.concat([...integerField(1, signed), ...numberField(2, unsigned), ...doubleField(3, double)]),
        );
        expect([fields.next(), fields.signed()]).toEqual([1, signed]);
        expect([fields.next(), fields.integer()]).toEqual([2, unsigned]);
        expect([fields.next(), fields.double()]).toEqual([3, double]);
        expect(fields.next()).toBe(0);
      },
    ),
    {
      examples: [
        [MIN, 2n ** 31n, -0],
        [MAX, 2n ** 31n - 1n, Infinity],
        [-1n, 127n, NaN],
        [0n, 128n, 5e-324],
      ],
    },
  );
});

test('fields that nobody asks for are passed over', () => {
  const pieces = [
    ...lengthField(1, 'passed over'),
    ...numberField(2, 300),
    ...doubleField(3, 1.5),
    Buffer.of((4 << 3) | 5, 1, 2, 3, 4),
    ...lengthField(5, '\ufeffread'),
  ];
  const fields = new FieldReader(Buffer.concat(pieces));
  const tags = [];
  let text = '';
  for (let tag; (tag = fields.next()) > 0;) {
    tags.push(tag);
    if (tag === 5) text = fields.text();
  }
  expect(tags).toEqual([1, 2, 3, 4, 5]);
  expect(text).toBe('\ufeffread');
});

test('bytes that are no answer are a RangeError, or no results', () => {
  const requests: HranaRequest[] = [{ type: 'batch', steps: [{ sql: 'SELECT 1' }] }];
  const answer = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    // What was meant for the server, cut off somewhere.
    fc.tuple(fc.array(values, { maxLength: 4 }), fc.nat(100)).map(([args, length]) => {
      const request: HranaRequest = { type: 'batch', steps: [{ sql: 'SELECT 1', args }] };
      return Buffer.concat(PROTOBUF.encode('baton', [request])).subarray(0, length);
    }),
  );
  fc.assert(
    fc.property(answer, (bytes) => {
      try {
        PROTOBUF.decode(bytes, requests);
      } catch (error) {
        expect((error as Error).name).toBe('RangeError');
      }
    }),
    { numRuns: 2000 },
  );
});
