import { createTally } from './tally';

test('counts a statement that touches no row as one row read, as servers do', () => {
  const tally = createTally();
  tally.reach();
  tally.add([
    { rowsRead: 0, rowsWritten: 0 },
    { rowsRead: 0, rowsWritten: 5 },
    { rowsRead: 7, rowsWritten: 0 },
  ]);
  tally.ask();
  expect(tally.total()).toEqual({ rowsRead: 8, rowsWritten: 5 });
  tally.add([null]);
  expect(tally.total()).toBeNull();
});

test('does not know what was used if no answer came, and knows that nothing was asked', () => {
  const tally = createTally();
  expect(tally.total()).toBeNull();
  tally.reach();
  expect(tally.total()).toEqual({ rowsRead: 0, rowsWritten: 0 });
  tally.ask();
  expect(tally.total()).toBeNull();
  tally.add([{ rowsRead: 1, rowsWritten: 0 }]);
  expect(tally.total()).toEqual({ rowsRead: 1, rowsWritten: 0 });
});
