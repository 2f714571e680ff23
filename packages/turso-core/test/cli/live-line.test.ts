import { buildDatabase } from '@turso-sync/testing';
import { makeProject } from '../fixtures/cli.fixture';
import { onTerminal } from '../fixtures/terminal.fixture';

test('a command on a terminal shows one line that moves, and takes it away', async () => {
  const project = makeProject({ url: 'file:remote.db' });
  buildDatabase(project.file('remote.db'), 'CREATE TABLE t(id INTEGER PRIMARY KEY, v)');
  await project.run('init');
  project.edit(
    'WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 400000) INSERT INTO t SELECT i, hex(i) FROM s',
  );
  const written = onTerminal(project.dir, 90, 'push');
  expect(written).toMatch(/Upload {2}\d+ of 400000 rows \(\d+ %\) {2}\[=* *\]/);
  expect(written).toContain('Total: 400000 rows inserted');
  // eslint-disable-next-line no-control-regex
  const lines = written.slice(written.lastIndexOf('INSERT t')).replace(/\x1b\[[\d?;]*\w/g, '');
  expect(lines).not.toMatch(/Upload|Commit|Write the records/);
});

test.each([0, 10])('a terminal of %s columns gets whole lines only', async (columns) => {
  const project = makeProject({ url: 'file:remote.db' });
  buildDatabase(project.file('remote.db'), 'CREATE TABLE t(id INTEGER PRIMARY KEY, v)');
  const written = onTerminal(project.dir, columns, 'init');
  expect(written).toContain('Working copy made');
  expect(written).not.toContain('\x1b');
});
