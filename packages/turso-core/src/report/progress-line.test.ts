import type { CoreEvent } from '../events';
import { createProgressLine } from './progress-line';

function lineAfter(milliseconds: number, ...events: CoreEvent[]): (columns: number) => string {
  let now = 0;
  const line = createProgressLine(() => now);
  for (const event of events) line.take(event);
  now = milliseconds;
  return (columns) => line.text(columns);
}

const upload: CoreEvent = { type: 'begin', what: 'upload' };
const uploaded = (done: number, total: number | null): CoreEvent => ({
  ...{ type: 'progress', what: 'upload', done, total, unit: 'rows' },
});

test('shows the innermost step, and how far it has come', () => {
  const text = lineAfter(500, { type: 'begin', what: 'push' }, upload, uploaded(25, 100));
  expect(text(80)).toBe('Upload  25 of 100 rows (25 %)  [======                  ]');
});

test('tells rate and remaining time once there is a rate', () => {
  const text = lineAfter(2000, upload, uploaded(25, 100));
  expect(text(100)).toBe('Upload  25 of 100 rows (25 %)  [======                  ]  6 s left  13 rows/s');
});

test('leaves out what does not fit', () => {
  const text = lineAfter(2000, upload, uploaded(25, 100));
  expect(text(70)).toBe('Upload  25 of 100 rows (25 %)  [======                  ]  6 s left');
  expect(text(32)).toBe('Upload  25 of 100 rows (25 %)');
  expect(text(4)).toBe('Uplo');
});

test('tells how long a step has been under way that cannot say how far it has come', () => {
  expect(lineAfter(900, upload)(80)).toBe('Upload');
  expect(lineAfter(4200, upload)(80)).toBe('Upload  4 s');
  expect(lineAfter(2000, upload, uploaded(50, null))(80)).toBe('Upload  50 rows  25 rows/s');
});

test('goes back to the step outside, and stays between two', () => {
  const end: CoreEvent = { type: 'step', what: 'upload', milliseconds: 1 };
  expect(lineAfter(0, { type: 'begin', what: 'push' }, upload, end)(80)).toBe('Push');
  expect(lineAfter(0, upload, end)(80)).toBe('Upload');
});

test('changes with steps and their progress only', () => {
  const line = createProgressLine();
  expect(line.take(upload)).toBe(true);
  expect(line.take(uploaded(1, 2))).toBe(true);
  expect(line.take({ type: 'warning', message: 'Look.' })).toBe(false);
});
