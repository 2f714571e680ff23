import { summaryTable } from './summary-table';

const note = {
  project: 'app',
  target: 'turso-push',
  environment: '',
  outcome: 'pushed',
  counts: null,
  used: null,
};

test('columns that say nothing are left out', () => {
  expect(summaryTable([note])).toBe('  project  result\n  app      pushed\n');
});

test('environments and targets are named if there are several; numbers stand on the right', () => {
  const used = { rowsRead: 321, rowsWritten: 12 };
  const counts = { deleted: 0, updated: 12_345, new: 1, tables: 2 };
  expect(
    summaryTable([
      { ...note, project: 'mailer', target: 'turso-undo', outcome: 'push 3 undone', counts, used },
      { ...note, environment: 'staging', outcome: 'failed: REMOTE_UNREACHABLE' },
      note,
    ]),
  ).toBe(
    `  project  target      environment  result                      deleted  updated  new  tables  rows read  rows written
  app      turso-push               pushed
  app      turso-push  staging      failed: REMOTE_UNREACHABLE
  mailer   turso-undo               push 3 undone                     0    12345    1       2        321            12
`,
  );
});
