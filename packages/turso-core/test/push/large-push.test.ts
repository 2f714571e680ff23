import {
  editDatabase,
  execOn,
  makeTempDir,
  queryOn,
  requireTool,
  startProxy,
  startSqld,
} from '@turso-sync/testing';
import { push } from '../../src/commands/push';
import { init } from '../../src/commands/init';
import { verify } from '../../src/commands/verify';
import { loadProject } from '../../src/project/load-project';

/** The most that one request carries: what is larger is uploaded in pieces of 4 MB first. */
const LARGEST = 6_000_000;

/** 40 MB in rows of 100,000 characters. */
const ROWS = `WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 400)
  SELECT i, printf('%.*c', 100000, char(65 + i % 26)) FROM s`;

const EDITS = {
  'rows with a key': `INSERT INTO keyed ${ROWS}`,
  'rows that change': `UPDATE keyed SET v = v || 'x'`,
  'rows without a key': `INSERT INTO keyless ${ROWS}`,
  'rows that go': `DELETE FROM keyless; DELETE FROM keyed WHERE id > 10`,
};

(requireTool('sqld') ? test : test.skip)('a push of 40 MB goes in requests of a few megabytes', async () => {
  const server = await startSqld();
  const proxy = await startProxy(server.port);
  try {
    await execOn(server, ['CREATE TABLE keyed(id INTEGER PRIMARY KEY, v)', 'CREATE TABLE keyless(i, v)']);
    const variables = { TURSO_DATABASE_URL: proxy.url };
    const project = await loadProject({ cwd: makeTempDir('large-'), variables });
    await init(project);
    for (const [what, sql] of Object.entries(EDITS)) {
      editDatabase(project.workingCopy, sql);
      const allow = what === 'rows that go' ? ['deleteAllRows:keyless'] : [];
      expect({ what, ...(await push(project, { allow })) }).toMatchObject({ what, outcome: 'pushed' });
      expect([what, proxy.largestRequest < LARGEST]).toEqual([what, true]);
    }
    expect(await verify(project)).toMatchObject({ outcome: 'equal' });
    expect(
      await queryOn(server, 'SELECT (SELECT count(*) FROM keyed), (SELECT count(*) FROM keyless)'),
    ).toEqual([[10n, 0n]]);
  } finally {
    await proxy.stop();
    await server.stop();
  }
});
