import { summaryTable } from './summary-table';

const note = { project: 'app', target: 'turso-push', environment: '', outcome: 'pushed', counts: null };

test('columns that say nothing are left out', () => {
  expect(summaryTable([note])).toBe('  project  result\n  app      pushed\n');
});

test('environments and targets are named if there are several; numbers stand on the right', () => {
  const counts = { deleted: 0, updated: 12_345, new: 1, tables: 2 };
  expect(
    summaryTable([
      { ...note, project: 'mailer', target: 'turso-undo', outcome: 'push 3 undone', counts },
      { ...note, environment: 'staging', outcome: 'failed: REMOTE_UNREACHABLE' },
      note,
    ]),
  ).toBe(
    `  project  target      environment  result                      deleted  updated  new  tables
  app      turso-push               pushed
  app      turso-push  staging      failed: REMOTE_UNREACHABLE
  mailer   turso-undo               push 3 undone                     0    12345    1       2
`,
  );
});
