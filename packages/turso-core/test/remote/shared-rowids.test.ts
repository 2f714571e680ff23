import path from 'node:path';
import { buildDatabase, editDatabase, makeTempDir, writeFiles } from '@turso-sync/testing';
import { init } from '../../src/commands/init';
import { pull } from '../../src/commands/pull';
import { push } from '../../src/commands/push';
import { loadProject } from '../../src/project/load-project';
import type { Project } from '../../src/project/project';
import { openReadOnly, using } from '../../src/sqlite/files/open';

// Nothing but hidden rowids tells these rows apart.
describe.each([
  ['no key', 'CREATE TABLE log(line)'],
  ['a key that is NULL', 'CREATE TABLE log(line, k TEXT PRIMARY KEY)'],
  ['no key and much in them', 'CREATE TABLE log(line, more DEFAULT (hex(zeroblob(50))))'],
])('rows with %s that came from two remotes', (_, table) => {
  let dir: string;
  let production: Project;
  let staging: Project;

  beforeEach(async () => {
    dir = makeTempDir();
    writeFiles(dir, {
      'turso-sync.config.json': '{ "environments": { "staging": { "urlVariable": "STAGING_URL" } } }',
    });
    for (const name of ['prod.db', 'staging.db'])
      buildDatabase(path.join(dir, name), `${table}; INSERT INTO log(line) VALUES ('first')`);
    const variables = { TURSO_DATABASE_URL: 'file:prod.db', STAGING_URL: 'file:staging.db' };
    production = await loadProject({ cwd: dir, variables });
    staging = await loadProject({ cwd: dir, variables, env: 'staging' });
    await init(production);
  });

  const append = (file: string, line: string): void =>
    editDatabase(path.join(dir, file), `INSERT INTO log(line) VALUES ('${line}')`);
  const lines = (file = 'working_copy.db'): unknown[] =>
    using(openReadOnly(path.join(dir, file)), (db) =>
      db.prepare('SELECT line FROM log ORDER BY line').pluck().all(),
    );

  test('are not taken for others that have their rowid now', async () => {
    append('working_copy.db', 'mine');
    append('prod.db', 'theirs');
    append('staging.db', 'theirs');
    await push(staging);
    await push(production);
    // This gives the rowid of "mine" to "theirs".
    await pull(production);
    append('working_copy.db', 'next');
    expect(await pull(staging)).toMatchObject({ outcome: 'pulled', pending: 2 });
    expect(lines()).toEqual(['first', 'mine', 'next', 'theirs', 'theirs']);
    expect(await push(staging)).toMatchObject({
      outcome: 'pushed',
      changes: { total: { insert: 2, delete: 0 } },
    });
    expect(lines('staging.db')).toEqual(lines());
  });

  test('are deleted and changed wherever they are', async () => {
    for (const line of ['changed', 'gone']) append('working_copy.db', line);
    append('prod.db', 'theirs');
    await push(staging);
    await push(production);
    await pull(production);
    editDatabase(
      path.join(dir, 'working_copy.db'),
      "DELETE FROM log WHERE line = 'gone'; UPDATE log SET line = 'new' WHERE line = 'changed'",
    );
    for (const project of [staging, production])
      expect(await push(project)).toMatchObject({ outcome: 'pushed' });
    for (const file of ['prod.db', 'staging.db']) expect(lines(file)).toEqual(['first', 'new', 'theirs']);
  });
});
