import { nearest } from './nearest';

const KEYS = ['urlVariable', 'authTokenVariable', 'workingCopy', 'stateDir'];

test.each([
  ['workingcopy', 'workingCopy'],
  ['workinCopy', 'workingCopy'],
  ['working_copy', 'workingCopy'],
  ['statedirectory', undefined],
  ['stateDirs', 'stateDir'],
  ['urlVarible', 'urlVariable'],
  ['tokenVariable', 'authTokenVariable'],
  ['database', undefined],
  ['', undefined],
])('of "%s" is %s', (word, expected) => {
  expect(nearest(word, KEYS)).toBe(expected);
});

test('of nothing is nothing', () => {
  expect(nearest('word', [])).toBeUndefined();
});
