import path from 'node:path';
import {
  buildDatabase,
  editDatabase,
  execOn,
  makeTempDir,
  queryOn,
  startSqld,
  type Sqld,
} from '@turso-sync/testing';
import { init } from '../../src/commands/init';
import { push } from '../../src/commands/push';
import { verify } from '../../src/commands/verify';
import type { CoreEvent } from '../../src/events';
import { cutOffPush } from '../fixtures/cut-off.fixture';
import { loadProject } from '../../src/project/load-project';
import type { Project } from '../../src/project/project';

/**
 * A REAL as text has 17 digits here and 15 on the server, whose SQLite is older: 0.1 + 0.2 is 0.30000000000000004 here, and
 * 0.3 there.
 */
const COMPUTED = {
  'a STORED column': [
    `CREATE TABLE item(id INTEGER PRIMARY KEY, price REAL, label AS ('EUR ' || price) STORED)`,
    'column "label" of table "item"',
  ],
  'a STORED column of a table without rowid': [
    `CREATE TABLE item(id TEXT PRIMARY KEY, price REAL, label AS ('EUR ' || price) STORED) WITHOUT ROWID`,
    'column "label" of table "item"',
  ],
  'a STORED column of a table without a key': [
    `CREATE TABLE item(id, price REAL, "a ""label" AS ('EUR ' || price) STORED)`,
    'column "a "label" of table "item"',
  ],
  'a STORED column of a table whose rowid has no name': [
    `CREATE TABLE item(id, price REAL, rowid, oid, _rowid_, label AS ('EUR ' || price) STORED)`,
    'column "label" of table "item"',
  ],
  'an expression of an index on a table whose rowid has no name': [
    `CREATE TABLE item(id, price REAL, rowid, oid, _rowid_);
    CREATE INDEX labels ON item(('EUR, ' || price) DESC) WHERE 1; INSERT INTO item(id, price) VALUES (1, 0.5)`,
    'index "labels" of table "item"',
  ],
  'an expression of an index': [
    `CREATE TABLE item(id INTEGER PRIMARY KEY, price REAL);
    CREATE INDEX labels ON item(id, ('EUR, ' || price) COLLATE nocase DESC)`,
    'index "labels" of table "item"',
  ],
  'an indexed column that is computed when it is read': [
    `CREATE TABLE item(id INTEGER PRIMARY KEY, price REAL, label AS ('EUR ' || price));
    CREATE INDEX labels ON item(label)`,
    'index "labels" of table "item"',
  ],
  'the WHERE of an index': [
    `CREATE TABLE item(id INTEGER PRIMARY KEY, price REAL);
    CREATE INDEX long ON item(id) WHERE length('' || price) > 10 -- not short`,
    'index "long" of table "item"',
  ],
} as const;

const warnings: string[] = [];
const onEvent = (event: CoreEvent): void => {
  if (event.type === 'warning') warnings.push(event.message);
};

let sqld: Sqld;
let project: Project;

async function serve(sql: string): Promise<void> {
  const base = path.join(makeTempDir('computed-'), 'base.db');
  buildDatabase(base, sql);
  sqld = await startSqld({ database: base });
  project = await loadProject({
    cwd: makeTempDir('computed-'),
    variables: { TURSO_DATABASE_URL: sqld.url },
  });
  await init(project);
}

beforeEach(() => (warnings.length = 0));
afterEach(() => sqld.stop());

describe.each(Object.entries(COMPUTED))('%s that the server computes otherwise', (_, [sql, name]) => {
  test('is named by push and verify, and by nobody where it is the same', async () => {
    await serve(sql);
    editDatabase(project.workingCopy, 'INSERT INTO item(id, price) VALUES (1, 0.5)');
    expect(await push(project, { onEvent })).toMatchObject({ outcome: 'pushed' });
    expect(warnings).toEqual([]);
    expect(await verify(project)).toMatchObject({ outcome: 'equal', method: 'checksums', other: null });

    editDatabase(project.workingCopy, 'INSERT INTO item(id, price) VALUES (2, 0.1 + 0.2)');
    expect(await push(project, { onEvent })).toMatchObject({ outcome: 'pushed' });
    expect(warnings).toEqual([expect.stringContaining(`holds: ${name}.`)]);
    expect(await verify(project)).toMatchObject({
      outcome: 'different',
      other: expect.stringContaining(`holds: ${name}.`) as string,
    });
  });

  test('is named where it comes with the push', async () => {
    await serve('CREATE TABLE other(x)');
    editDatabase(project.workingCopy, `${sql}\n; INSERT INTO item(id, price) VALUES (2, 0.1 + 0.2)`);
    expect(await push(project, { onEvent })).toMatchObject({ outcome: 'pushed' });
    expect(warnings).toEqual([expect.stringContaining(`holds: ${name}.`)]);
  });
});

describe('a push whose rows the server computes otherwise', () => {
  const INSERT = 'INSERT INTO item(id, price) VALUES (2, 0.1 + 0.2)';
  const KEYS = {
    'an INTEGER key': ['id INTEGER PRIMARY KEY', 0],
    'a key of its own': ['id TEXT PRIMARY KEY', 1],
    'no key': ['id', 1],
  } as const;
  const tableWith = (id: string): string =>
    `CREATE TABLE item(${id}, price REAL, label AS ('EUR ' || price) STORED)`;
  const named = expect.stringContaining('holds: column "label" of table "item".') as string;

  test.each(Object.entries(KEYS))('names it in a dry run, with %s', async (_, [id, others]) => {
    await serve(tableWith(id));
    if (others > 0) await execOn(sqld, "INSERT INTO item(id, price) VALUES ('theirs', 7)");
    editDatabase(project.workingCopy, INSERT);
    const progress: CoreEvent[] = [];
    const listen = (event: CoreEvent): void => {
      if (event.type === 'progress' && event.what === 'compare computed values') progress.push(event);
      onEvent(event);
    };
    expect(await push(project, { dryRun: true, onEvent: listen })).toMatchObject({ outcome: 'dry-run' });
    expect(warnings).toEqual([named]);
    expect(progress).toEqual([expect.objectContaining({ done: 1, total: 1, unit: 'rows' })]);
    expect(await queryOn(sqld, 'SELECT count(*) FROM item')).toEqual([[BigInt(others)]]);
  });

  test.each(Object.entries(KEYS))(
    'names it if the next run finishes it, with %s',
    async (_, [id, others]) => {
      await serve(tableWith(id));
      if (others > 0) await execOn(sqld, "INSERT INTO item(id, price) VALUES ('theirs', 7)");
      editDatabase(project.workingCopy, INSERT);
      await cutOffPush(project, 'before its answer comes');
      expect(await push(project, { onEvent })).toMatchObject({ outcome: 'pushed' });
      expect(warnings).toContainEqual(named);
    },
  );

  test.each(Object.entries(KEYS))('names it of rows that moved there, with %s', async (_, [id, others]) => {
    await serve(tableWith(id));
    if (others > 0) await execOn(sqld, "INSERT INTO item(id, price) VALUES ('theirs', 7)");
    editDatabase(project.workingCopy, INSERT);
    expect(await push(project, { onEvent })).toMatchObject({ outcome: 'pushed' });
    expect(warnings).toEqual([named]);
  });
});

test('nothing is said of rows that others have changed, nor of tables that a push leaves alone', async () => {
  await serve(`${COMPUTED['a STORED column'][0]}; CREATE TABLE other(x);
    INSERT INTO item(id, price) VALUES (1, 1), (2, 0.5)`);
  await execOn(sqld, 'UPDATE item SET price = 0.1 + 0.2 WHERE id = 1');
  editDatabase(project.workingCopy, 'UPDATE item SET price = 4.5 WHERE id = 2; INSERT INTO other VALUES (1)');
  expect(await push(project, { onEvent })).toMatchObject({ outcome: 'pushed' });
  expect(warnings).toEqual([]);
  expect(await queryOn(sqld, 'SELECT label FROM item WHERE id = 2')).toEqual([['EUR 4.5']]);
});

test('values that an app of another version wrote are named, although the remote is a file', async () => {
  await serve('CREATE TABLE unused(x)');
  const file = path.join(makeTempDir('computed-'), 'remote.db');
  buildDatabase(file, `${COMPUTED['a STORED column'][0]}; INSERT INTO item(id, price) VALUES (1, 0.5)`);
  const own = await loadProject({
    cwd: makeTempDir('computed-'),
    variables: { TURSO_DATABASE_URL: `file:${file}` },
  });
  await init(own);
  expect(await verify(own)).toMatchObject({ outcome: 'equal' });
  storeLabel(own.workingCopy, 'EUR ½');
  expect(await verify(own)).toMatchObject({
    outcome: 'different',
    other: expect.stringContaining('column "label" of table "item"') as string,
  });
});

/** Stores a value that this SQLite would not compute, as another version might. */
function storeLabel(file: string, label: string): void {
  const [computed, other] = [`'EUR ' || price`, `'${label}'`];
  const define = (from: string, to: string): string =>
    `UPDATE sqlite_schema SET sql = replace(sql, '${from.replaceAll("'", "''")}', '${to.replaceAll("'", "''")}')`;
  editDatabase(file, `PRAGMA writable_schema = ON; ${define(computed, other)}`);
  editDatabase(file, 'UPDATE item SET price = price');
  editDatabase(file, `PRAGMA writable_schema = ON; ${define(other, computed)}`);
}
