import path from 'node:path';
import {
  buildDatabase,
  editDatabase,
  makeTempDir,
  removeTempDir,
  startSqld,
  whileCounting,
  type BilledRows,
} from '@turso-sync/testing';
import fc, { type Arbitrary } from 'fast-check';
import { diff } from '../../src/commands/diff';
import { init } from '../../src/commands/init';
import { push } from '../../src/commands/push';
import type { Cost } from '../../src/plan/plan';
import { loadProject } from '../../src/project/load-project';
import { pricedHistories, runPriced, type PricedHistory } from '../fixtures/priced.fixture';
import { ANYTHING } from '../fixtures/project.fixture';
import { buildHistory, editHistory, histories, type History } from '../fixtures/random.fixture';
import { schemaHistories, takeSteps, type SchemaHistory } from '../fixtures/random-schema.fixture';
import {
  buildVirtualHistory,
  editVirtualHistory,
  virtualHistories,
  type VirtualHistory,
} from '../fixtures/virtual-random.fixture';

/** How many times longer than in CI this runs; a failure prints its seed, which TURSO_SYNC_SEED takes. */
const LONGER = Number(process.env['TURSO_SYNC_RUNS'] ?? 1);
const SEED = process.env['TURSO_SYNC_SEED'];

/** Reads of a push that are estimated too high: some for each definition, so that few rows make a large part of it. */
const FIXED_READS = 120;

interface Priced {
  readonly cost: Cost;
  readonly billed: BilledRows;
}

type Edit = (file: string) => void;

/** What a push of an edit is estimated to cost, and what the server then counts; null if there is nothing to push. */
async function price(build: Edit, edit: Edit): Promise<Priced | null> {
  const dir = makeTempDir('price-');
  const database = path.join(dir, 'base.db');
  build(database);
  const sqld = await startSqld({ database, counts: true });
  try {
    const loaded = await loadProject({ cwd: dir, variables: { TURSO_DATABASE_URL: sqld.url } });
    const project = { ...loaded, policy: ANYTHING };
    await init(project);
    edit(project.workingCopy);
    const { cost } = (await diff(project)).plan;
    const { result, billed } = await whileCounting(sqld, () => push(project));
    expect(result.outcome).toBe(cost === null ? 'nothing' : 'pushed');
    return cost && { cost, billed };
  } finally {
    await sqld.stop();
    removeTempDir(dir);
  }
}

const sql =
  (text: string): Edit =>
  (file) =>
    editDatabase(file, text);

const built =
  (text: string): Edit =>
  (file) =>
    buildDatabase(file, text);

const numbers = (count: number): string =>
  `(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count}) SELECT i FROM n)`;

const TABLE = `CREATE TABLE t(id INTEGER PRIMARY KEY, a, b); CREATE INDEX ta ON t(a);
  CREATE INDEX tb ON t(b) WHERE b > 100; INSERT INTO t SELECT i, i, i FROM ${numbers(200)};`;

test.each([
  ['one update of a column without an index', 'UPDATE t SET b = 1 WHERE id = 5', 1],
  ['50 updates of an indexed column', 'UPDATE t SET a = a + 1000 WHERE id <= 50', 100],
  ['updates that put rows into a partial index', 'UPDATE t SET b = b + 50 WHERE id BETWEEN 41 AND 60', 30],
  ['deletes', 'DELETE FROM t WHERE id > 150', 50],
  ['inserts', 'INSERT INTO t SELECT id + 1000, a, b FROM t WHERE id > 90', 110 + 110 + 100],
  ['another index', 'CREATE INDEX tab ON t(a, b)', 201],
  ['a column', 'ALTER TABLE t ADD COLUMN c', 1],
  ['an index less', 'DROP INDEX ta', 0],
])('%s costs what the server counts', async (_, edit, written) => {
  const priced = await price(built(TABLE), sql(edit));
  // Of these, two are the receipt.
  expect(priced).toMatchObject({
    cost: { rowsWritten: written + 2, certainty: 'at-most' },
    billed: { rowsWritten: written + 2 },
  });
  expectReads(priced);
});

test.each([
  ['the same collation', 'a TEXT COLLATE NOCASE, b TEXT COLLATE NOCASE, n, PRIMARY KEY(a, b)', 2000],
  ['different collations', 'a TEXT COLLATE NOCASE, b TEXT, n, PRIMARY KEY(a, b)', 6000],
])(
  'rows are deleted by a key of two columns with %s at the price that is estimated',
  async (_, columns, most) => {
    const rows = `SELECT 'Part ' || (i / 40), 'é' || i, i FROM ${numbers(4000)}`;
    const table = `CREATE TABLE t(${columns}) WITHOUT ROWID`;
    const priced = await price(
      built(`${table}; INSERT INTO t ${rows}`),
      sql('DELETE FROM t WHERE n % 20 = 0'),
    );
    expectReads(priced);
    expect(priced?.billed.rowsRead).toBeLessThan(most);
  },
);

test('a push of nothing, and one to a file, has no cost', async () => {
  const dir = makeTempDir('price-');
  const remote = path.join(dir, 'remote.db');
  buildDatabase(remote, TABLE);
  const project = await loadProject({ cwd: dir, variables: { TURSO_DATABASE_URL: `file:${remote}` } });
  await init(project);
  editDatabase(project.workingCopy, 'DELETE FROM t WHERE id = 1');
  expect((await diff(project)).plan).toMatchObject({ cost: null, changes: { total: { delete: 1 } } });
  // But a limit holds for any remote: it says how much may change.
  expect(await push(project, { maxRowsWritten: 2 })).toMatchObject({ outcome: 'refused' });
  expect(await push(project, { maxRowsWritten: 3 })).toMatchObject({ outcome: 'pushed' });
});

describe('random changes cost no more than is estimated, and not much less:', () => {
  const cases: [string, number, Arbitrary<unknown>, (of: never) => [Edit, Edit], Fair][] = [
    [
      'rows of tables of all kinds',
      10,
      histories,
      (h: History) => [(f) => buildHistory(f, h), (f) => editHistory(f, h)],
      { written: 1, reads: 2 },
    ],
    [
      'definitions',
      10,
      schemaHistories,
      (h: SchemaHistory) => [
        (f) => {
          buildDatabase(f, 'CREATE TABLE untouched(x)');
          takeSteps(f, h.base);
        },
        (f) => takeSteps(f, h.edits),
      ],
      { written: 1, reads: 2 },
    ],
    [
      'indexes, triggers and keys of all kinds',
      10,
      pricedHistories([3, 60, 300]),
      pricedEdits,
      { written: 1, reads: 2 },
    ],
    // Rows in partial indexes are no longer asked one by one; and known rows are deleted with fewer reads.
    ['the same with many rows', 6, pricedHistories([1_500, 4_000]), pricedEdits, { written: 1.5, reads: 5 }],
    [
      'virtual tables',
      6,
      virtualHistories,
      (h: VirtualHistory) => [(f) => buildVirtualHistory(f, h), (f) => editVirtualHistory(f, h)],
      { written: 1.5, reads: 2 },
    ],
  ];

  test.each(cases)('%s', (_, runs, arbitrary, edits, fair) =>
    fc.assert(
      fc.asyncProperty(arbitrary, async (history) => {
        const priced = await price(...edits(history as never));
        if (priced === null) return;
        const { cost, billed } = priced;
        expect(cost.rowsWritten).toBeGreaterThanOrEqual(billed.rowsWritten);
        expect(cost.rowsWritten).toBeLessThanOrEqual(billed.rowsWritten * fair.written);
        expectReads(priced, fair.reads);
      }),
      { numRuns: runs * LONGER, ...(SEED === undefined ? {} : { seed: Number(SEED) }) },
    ),
  );
});

/** How many times as much may be estimated. */
interface Fair {
  readonly written: number;
  readonly reads: number;
}

function pricedEdits({ base, edits }: PricedHistory): [Edit, Edit] {
  return [
    (file) => {
      buildDatabase(file, '');
      runPriced(file, base);
    },
    (file) => runPriced(file, edits),
  ];
}

function expectReads(priced: Priced | null, most = 2): void {
  const { cost, billed } = priced as Priced;
  expect(cost.rowsRead).toBeGreaterThanOrEqual(billed.rowsRead);
  expect(cost.rowsRead).toBeLessThanOrEqual(billed.rowsRead * most + FIXED_READS);
}
