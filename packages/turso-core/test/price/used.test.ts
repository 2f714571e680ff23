import {
  editDatabase,
  execOn,
  makeTempDir,
  requireTool,
  startSqld,
  whileCounting,
  type Sqld,
} from '@turso-sync/testing';
import { init } from '../../src/commands/init';
import { pull } from '../../src/commands/pull';
import { push } from '../../src/commands/push';
import type { VerbResult } from '../../src/commands/verb-result';
import { status } from '../../src/commands/status';
import { pushes, undo } from '../../src/commands/undo';
import { verify } from '../../src/commands/verify';
import { readPlanHead } from '../../src/plan/plan-file';
import { loadProject } from '../../src/project/load-project';
import type { Project } from '../../src/project/project';
import { connect } from '../../src/remote/connect';
import { parseRemoteUrl } from '../../src/remote/url';
import { startHttpProxy, type ProxiedAnswer, type ProxiedRequest } from '../hostile/http-proxy.fixture';
import { makeFileProject } from '../fixtures/project.fixture';

const ROWS = (count: number): string =>
  `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT ${count})`;
const SCHEMA = [
  'CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT UNIQUE, b TEXT)',
  'CREATE INDEX tb ON t(b)',
  'CREATE TABLE c(id INTEGER PRIMARY KEY, t REFERENCES t(id), v)',
  'CREATE TABLE log(what)',
  `CREATE TRIGGER logged AFTER UPDATE ON t BEGIN INSERT INTO log VALUES (new.id); END`,
  `${ROWS(3000)} INSERT INTO t SELECT i, 'a' || i, hex(randomblob(20)) FROM n`,
  `${ROWS(3000)} INSERT INTO c SELECT i, i, 'v' FROM n`,
];

(requireTool('sqld') ? describe : describe.skip)(
  'what a command has used is what the server has counted',
  () => {
    let server: Sqld;
    let project: Project;

    beforeAll(async () => {
      server = await startSqld({ counts: true });
      await execOn(server, SCHEMA);
      project = await loadProject({
        cwd: makeTempDir('price-'),
        variables: { TURSO_DATABASE_URL: server.url },
      });
    });
    afterAll(() => server.stop());

    async function used<T extends Pick<VerbResult, 'used'>>(work: () => Promise<T>): Promise<T> {
      const { result, billed } = await whileCounting(server, work);
      expect(result.used).toEqual({ ...billed, certainty: 'measured' });
      return result;
    }

    test('init, status and verify', async () => {
      expect((await used(() => init(project))).snapshot.method).toBe('pages');
      await used(() => status(project));
      expect((await used(() => status(project, { capabilities: true }))).used?.rowsRead).toBe(4);
      expect(await used(() => verify(project))).toMatchObject({ outcome: 'equal', method: 'checksums' });
      await execOn(server, [`UPDATE c SET v = 'theirs' WHERE id = 1`]);
      expect(await used(() => verify(project))).toMatchObject({ outcome: 'different', method: 'snapshot' });
      expect(await used(() => pull(project))).toMatchObject({ outcome: 'pulled' });
      expect(await used(() => pull(project))).toMatchObject({ outcome: 'unchanged' });
    });

    test.each([
      [
        'rows of each kind',
        `INSERT INTO t(a) VALUES ('new'); UPDATE t SET b = 'x' WHERE id < 50; DELETE FROM c WHERE id > 2990`,
      ],
      ['many rows', `UPDATE c SET v = 'y'; ${ROWS(5000)} INSERT INTO log SELECT i FROM n`],
      [
        'definitions',
        `ALTER TABLE c ADD COLUMN w; CREATE TABLE d(x UNIQUE); INSERT INTO d VALUES (1), (2); DROP TRIGGER logged`,
      ],
      [
        'a table that is rebuilt',
        'CREATE TABLE e(id INTEGER PRIMARY KEY, x, w INT); INSERT INTO e SELECT id, t, v FROM c; DROP TABLE c; ALTER TABLE e RENAME TO c',
      ],
    ])('a dry run, a push and its undo: %s', async (_, sql) => {
      editDatabase(project.workingCopy, sql);
      expect(await used(() => push(project, { dryRun: true }))).toMatchObject({ outcome: 'dry-run' });
      const pushed = await used(() => push(project));
      expect(pushed.outcome).toBe('pushed');
      expect(pushed.plan?.cost).toEqual(pushed.used);
      expect(await used(() => push(project))).toMatchObject({
        outcome: 'nothing',
        used: { rowsRead: 0, rowsWritten: 0 },
      });
      const undone = await used(() => undo(project));
      expect(undone.outcome).toBe('undone');
      const [latest] = pushes(project);
      expect(readPlanHead(latest?.file ?? '').cost).toEqual(undone.used);
      await used(() => verify(project));
    });

    test('a push that others have got ahead of, one in conflict, and one that resolves it', async () => {
      await execOn(server, [`UPDATE t SET b = 'theirs' WHERE id = 1`]);
      editDatabase(project.workingCopy, `UPDATE t SET b = 'ours' WHERE id = 2`);
      expect(await used(() => push(project))).toMatchObject({ outcome: 'pushed' });
      await execOn(server, [`UPDATE t SET b = 'theirs' WHERE id = 3`]);
      editDatabase(project.workingCopy, `UPDATE t SET b = 'ours' WHERE id = 3`);
      expect(await used(() => push(project))).toMatchObject({ outcome: 'conflict' });
      expect(await used(() => push(project, { dryRun: true }))).toMatchObject({ outcome: 'conflict' });
      expect(await used(() => push(project, { onConflict: 'ours' }))).toMatchObject({ outcome: 'pushed' });
      await used(() => pull(project));
    });

    test('a snapshot by rows, also of a server that speaks JSON only', async () => {
      const inJson = await behind((request) =>
        isProtobuf(request) ? Promise.resolve(NOT_FOUND) : request.forward(),
      );
      for (const { url } of [server, inJson]) {
        const remote = connect(parseRemoteUrl(url, '.'), {});
        const { billed } = await whileCounting(server, () =>
          remote.snapshot(`${makeTempDir('rows-')}/copy.db`, { method: 'rows' }),
        );
        expect(billed.rowsRead).toBeGreaterThan(6000);
        expect(remote.usage()).toEqual(billed);
        await remote.close();
      }
      inJson.stop();
    });

    test('nobody knows what was used if a server does not tell', async () => {
      const silent = await behind(async (request) => {
        if (isProtobuf(request)) return NOT_FOUND;
        const answer = await request.forward();
        return { ...answer, body: Buffer.from(answer.body.toString().replaceAll('"rows_read"', '"other"')) };
      });
      const variables = { TURSO_DATABASE_URL: silent.url };
      const elsewhere = await loadProject({ cwd: makeTempDir('price-'), variables });
      expect(await init(elsewhere)).toMatchObject({ used: null });
      editDatabase(elsewhere.workingCopy, `INSERT INTO t(a) VALUES ('silent')`);
      expect(await push(elsewhere)).toMatchObject({
        ...{ outcome: 'pushed', used: null },
        // What it was estimated to cost is all that is known.
        plan: { cost: { certainty: 'at-most' } },
      });
      expect(await status(elsewhere)).toMatchObject({ used: null });
      silent.stop();
    });

    test('nobody knows what was used if no answer came', async () => {
      const gone = await behind((request) => request.forward());
      gone.stop();
      const variables = { TURSO_DATABASE_URL: gone.url };
      const elsewhere = await loadProject({ cwd: makeTempDir('price-'), variables });
      const events: string[] = [];
      const failed = init(elsewhere, { onEvent: ({ type }) => events.push(type) });
      await expect(failed).rejects.toMatchObject({ code: 'REMOTE_UNREACHABLE' });
      expect(events).toContain('connect');
      expect(events).not.toContain('used');
      expect(await status(elsewhere)).toMatchObject({ used: null, remoteState: { answers: false } });
    });

    test('a push that is uploaded first', async () => {
      editDatabase(
        project.workingCopy,
        `${ROWS(400)} INSERT INTO log SELECT printf('%.*c', 100000, 'x') FROM n`,
      );
      const pushed = await used(() => push(project));
      expect(pushed.plan?.cost).toEqual(pushed.used);
      expect(await used(() => undo(project))).toMatchObject({ outcome: 'undone' });
    });

    const behind = (
      answer: (request: ProxiedRequest) => Promise<ProxiedAnswer>,
    ): ReturnType<typeof startHttpProxy> => startHttpProxy(server.url, answer);
  },
);

const NOT_FOUND = { status: 404, headers: {}, body: Buffer.from('') };

function isProtobuf({ path }: ProxiedRequest): boolean {
  return path.startsWith('/v3-protobuf');
}

test('nobody counts for a file', async () => {
  const at = await makeFileProject('CREATE TABLE t(id INTEGER PRIMARY KEY)');
  expect(await init(at.project)).toMatchObject({ used: null });
  at.edit('INSERT INTO t VALUES (1)');
  expect(await push(at.project)).toMatchObject({ used: null, plan: { cost: null } });
});
