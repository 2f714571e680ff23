import { usageInJson, usageInProtobuf } from './answer-usage';
import { doubleField, lengthField, numberField, type Pieces } from './protobuf-fields';
import { createTally } from '../tally';

const NOT_TOLD: unknown[] = [
  {},
  { rows_read: 1 },
  { rows_read: '1', rows_written: 0 },
  { rows_read: -1, rows_written: 0 },
  { rows_read: 1.5, rows_written: 0 },
  { rows_read: 1e300, rows_written: 0 },
];

test('finds what statements used, alone and in batches, and passes over what failed or was not carried out', () => {
  const executed = { type: 'ok', response: { type: 'execute', result: { rows_read: 3, rows_written: 0 } } };
  const steps = [{ rows_read: 0, rows_written: 2 }, null];
  const batch = { type: 'ok', response: { type: 'batch', result: { step_results: steps } } };
  const others = [
    { type: 'error', error: {} },
    { type: 'ok', response: { type: 'close' } },
  ];
  expect(usageInJson({ results: [executed, batch, ...others] })).toEqual([
    { rowsRead: 3, rowsWritten: 0 },
    { rowsRead: 0, rowsWritten: 2 },
  ]);
});

test.each([...NOT_TOLD, 'text', []])('takes a result that does not tell for unknown: %j', (result) => {
  const results = [{ response: { type: 'execute', result } }];
  expect(usageInJson({ results })).toEqual([null]);
});

test.each([null, 1, {}, { results: 1 }, { results: [1, null, { response: 1 }] }])(
  'finds nothing in what is no answer: %j',
  (answer) => {
    expect(usageInJson(answer)).toEqual([]);
  },
);

const message = (...pieces: Pieces[]): Uint8Array => Buffer.concat(pieces.flat());
const executed = (...statement: Pieces[]): Uint8Array =>
  message(
    lengthField(
      3,
      message(lengthField(1, message(lengthField(2, message(lengthField(1, message(...statement))))))),
    ),
  );

test.each([
  ['nothing', [], null],
  ['a duration alone', [doubleField(8, 0.1)], { rowsRead: 0, rowsWritten: 0 }],
  ['rows read', [numberField(6, 300), doubleField(8, 0.1)], { rowsRead: 300, rowsWritten: 0 }],
  ['rows written', [lengthField(2, []), numberField(7, 2)], { rowsRead: 0, rowsWritten: 2 }],
  ['too many to be true', [numberField(6, 2n ** 63n)], null],
  ['fields of another type', [lengthField(6, new Uint8Array([255, 255]))], null],
])('reads Protocol Buffers with %s', (_, statement, expected) => {
  expect(usageInProtobuf(executed(...statement))).toEqual([expected]);
});

test('counts a statement that touches no row as one row read, as servers do', () => {
  const tally = createTally();
  tally.add([
    { rowsRead: 0, rowsWritten: 0 },
    { rowsRead: 0, rowsWritten: 5 },
    { rowsRead: 7, rowsWritten: 0 },
  ]);
  expect(tally.total()).toEqual({ rowsRead: 8, rowsWritten: 5 });
  tally.add([null]);
  expect(tally.total()).toBeNull();
});
