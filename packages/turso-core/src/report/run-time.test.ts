import { createRunTime } from './run-time';

test('divides the time of a run into start, steps and rest; steps inside of others count once', () => {
  let now = 100;
  const time = createRunTime(() => now);
  const at = (milliseconds: number, type: 'begin' | 'step', what: 'push' | 'upload'): void => {
    now = milliseconds;
    time.onEvent(type === 'begin' ? { type, what } : { type, what, milliseconds: 0 });
  };
  at(110, 'begin', 'push');
  at(120, 'begin', 'upload');
  at(150, 'step', 'upload');
  at(160, 'step', 'push');
  now = 175;
  expect(time.describe()).toBe('total: 175 ms (start 100 ms, steps 50 ms, rest 25 ms)');
});
