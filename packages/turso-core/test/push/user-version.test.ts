import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  buildDatabase,
  editDatabase,
  execOn,
  makeTempDir,
  queryOn,
  startDouble,
  startSqld,
  type ServerDouble,
  type Sqld,
} from '@turso-sync/testing';
import Database from 'better-sqlite3';
import { diff } from '../../src/commands/diff';
import { init } from '../../src/commands/init';
import { pull } from '../../src/commands/pull';
import { push } from '../../src/commands/push';
import { status } from '../../src/commands/status';
import { undo } from '../../src/commands/undo';
import { verify } from '../../src/commands/verify';
import type { CoreEvent } from '../../src/events';
import { loadProject } from '../../src/project/load-project';
import type { Project } from '../../src/project/project';

let sqld: Sqld;
let server: ServerDouble;
let project: Project;

beforeEach(async () => {
  const base = path.join(makeTempDir('version-'), 'base.db');
  buildDatabase(base, `CREATE TABLE t(id INTEGER PRIMARY KEY, a); INSERT INTO t VALUES(1, 'base')`);
  sqld = await startSqld({ database: base });
  server = await startDouble(sqld.port, 'cloud');
  project = await loadProject({
    cwd: makeTempDir('version-'),
    variables: { TURSO_DATABASE_URL: server.url },
  });
  await init(project);
});

afterEach(async () => {
  await server.stop();
  await sqld.stop();
});

const edit = (sql: string): void => {
  editDatabase(project.workingCopy, sql);
};

function localVersion(): unknown {
  const db = new Database(project.workingCopy, { readonly: true });
  try {
    return db.pragma('user_version', { simple: true });
  } finally {
    db.close();
  }
}

const remoteRows = async (): Promise<unknown> => queryOn(sqld, 'SELECT id, a FROM t ORDER BY id');

describe('a user_version that the server refuses', () => {
  test('is told once, and is no difference from then on', async () => {
    edit(`PRAGMA user_version = 1; INSERT INTO t VALUES(2, 'one')`);
    const warnings: CoreEvent[] = [];
    const onEvent = (event: CoreEvent): void => {
      if (event.type === 'warning') warnings.push(event);
    };
    expect(await push(project, { onEvent })).toMatchObject({
      outcome: 'pushed',
      notCarried: ['user_version'],
    });
    expect(warnings).toMatchObject([{ message: expect.stringContaining('user_version') as string }]);
    expect(await verify(project)).toMatchObject({ outcome: 'equal' });
    expect(await status(project)).toMatchObject({ pending: { changes: { userVersion: null } } });

    edit(`PRAGMA user_version = 2; INSERT INTO t VALUES(3, 'two')`);
    expect(await diff(project)).toMatchObject({ changes: { userVersion: null, total: { insert: 1 } } });
    expect(await push(project, { onEvent })).toMatchObject({ outcome: 'pushed', notCarried: [] });
    expect(warnings).toHaveLength(1);
    edit('PRAGMA user_version = 3');
    expect(await push(project)).toMatchObject({ outcome: 'nothing' });
    expect(await verify(project)).toMatchObject({ outcome: 'equal', differences: { userVersion: null } });
    expect(localVersion()).toBe(3);
    expect(await remoteRows()).toHaveLength(3);
  });

  test('is no change that would be pushed by itself', async () => {
    edit('PRAGMA user_version = 1');
    expect(await push(project)).toMatchObject({ outcome: 'pushed', notCarried: ['user_version'] });
    expect(await push(project)).toMatchObject({ outcome: 'nothing' });
  });

  test('stays when others have changed rows, in pull and in init', async () => {
    edit(`PRAGMA user_version = 1; INSERT INTO t VALUES(2, 'one')`);
    await push(project);
    await execOn(sqld, `INSERT INTO t VALUES(3, 'theirs')`);
    edit('PRAGMA user_version = 2');
    expect(await pull(project)).toMatchObject({ outcome: 'pulled', pending: 0 });
    expect(localVersion()).toBe(2);
    await execOn(sqld, `INSERT INTO t VALUES(4, 'theirs')`);
    edit(`PRAGMA user_version = 3; INSERT INTO t VALUES(5, 'ours')`);
    expect(await pull(project)).toMatchObject({ outcome: 'pulled', pending: 1 });
    expect(localVersion()).toBe(3);
    expect(await push(project)).toMatchObject({ outcome: 'pushed', notCarried: [] });
    await execOn(sqld, `INSERT INTO t VALUES(6, 'theirs')`);
    expect(await init(project)).toMatchObject({ outcome: 'updated' });
    expect(localVersion()).toBe(3);
    expect(await verify(project)).toMatchObject({ outcome: 'equal' });
    expect(await push(project)).toMatchObject({ outcome: 'nothing' });
  });

  test('stays when others have changed definitions', async () => {
    edit(`PRAGMA user_version = 1; INSERT INTO t VALUES(2, 'one')`);
    await push(project);
    await execOn(sqld, 'ALTER TABLE t ADD COLUMN b');
    edit(`PRAGMA user_version = 2; INSERT INTO t VALUES(3, 'two')`);
    expect(await pull(project)).toMatchObject({ outcome: 'pulled', pending: 1 });
    expect(localVersion()).toBe(2);
    expect(await push(project)).toMatchObject({ outcome: 'pushed', notCarried: [] });
  });

  test('is not taken back by an undo', async () => {
    edit(`PRAGMA user_version = 1; INSERT INTO t VALUES(2, 'one')`);
    await push(project);
    expect(await undo(project)).toMatchObject({ outcome: 'undone' });
    expect(localVersion()).toBe(1);
    expect(await remoteRows()).toEqual([[1n, 'base']]);
    edit(`PRAGMA user_version = 2; CREATE TABLE more(a)`);
    expect(await push(project)).toMatchObject({ outcome: 'pushed' });
    expect(await undo(project)).toMatchObject({ outcome: 'undone' });
    expect(localVersion()).toBe(2);
  });

  test('is no conflict where nobody remembers that it was refused', async () => {
    edit(`PRAGMA user_version = 1; INSERT INTO t VALUES(2, 'one')`);
    await push(project);
    forget();
    edit(`PRAGMA user_version = 2; INSERT INTO t VALUES(3, 'two')`);
    expect(await push(project)).toMatchObject({ outcome: 'pushed', notCarried: ['user_version'] });
    expect(await remoteRows()).toHaveLength(3);
  });
});

/** What a process leaves that was killed before it noted the refusal. */
function forget(): void {
  const { manifest } = project.files.base;
  const { userVersionStaysLocal: _, ...rest } = JSON.parse(readFileSync(manifest, 'utf8')) as Record<
    string,
    unknown
  >;
  rmSync(manifest);
  writeFileSync(manifest, JSON.stringify(rest));
}
