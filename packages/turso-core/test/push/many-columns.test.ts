import path from 'node:path';
import { buildDatabase, execOn, makeTempDir, queryOn, startSqld } from '@turso-sync/testing';
import { makeProject } from '../fixtures/cli.fixture';

const columns = (count: number): string => Array.from({ length: count }, (_, i) => `c${i}`).join();

/** Tables of as many columns as SQLite allows. */
const TABLES = {
  numbered: `id INTEGER PRIMARY KEY, ${columns(1_999)}`,
  named: `id TEXT PRIMARY KEY, ${columns(1_999)}`,
  clustered: `id TEXT PRIMARY KEY, ${columns(1_999)}`,
  keyless: `id, ${columns(1_999)}`,
};
const NAMES = Object.keys(TABLES) as (keyof typeof TABLES)[];
const each = (sql: (name: string) => string): string => NAMES.map((name) => `${sql(name)};`).join('\n');

const BASE = each(
  (
    name,
  ) => `CREATE TABLE ${name}(${TABLES[name as keyof typeof TABLES]}) ${name === 'clustered' ? 'WITHOUT ROWID' : ''};
    INSERT INTO ${name}(id, c0, c1998) VALUES(1, 'a', 'z'), (2, 'b', 'y'), (3, 'c', 'x')`,
);

test('every command works with 2,000 columns', async () => {
  const base = path.join(makeTempDir('columns-'), 'base.db');
  buildDatabase(base, BASE);
  const sqld = await startSqld({ database: base });
  try {
    const project = makeProject(sqld);
    const run = async (...args: string[]): Promise<string> => {
      const { exit, stdout, stderr } = await project.run(...args);
      if (exit !== 0) throw new Error(`${args.join(' ')}: ${exit} ${stdout} ${stderr}`);
      return stdout;
    };
    await run('dump-init');
    await run('verify');
    project.edit(
      each((name) => `UPDATE ${name} SET c1998 = 'ours' WHERE id = 1; DELETE FROM ${name} WHERE id = 2`),
    );
    project.edit(each((name) => `INSERT INTO ${name}(id, c1, c1997) VALUES(4, 1.5, x'00')`));
    expect(await run('diff')).toContain('4 rows inserted, 4 updated, 4 deleted');
    await run('diff', '--table', 'named', '--values');
    await run('status');
    await run('dump-push', '--dry-run');
    await run('dump-push');
    await run('verify');
    await run('undo');
    await execOn(
      sqld,
      each((name) => `UPDATE ${name} SET c5 = 'theirs' WHERE id = 3`),
    );
    await run('pull');
    expect(project.query('SELECT c5 FROM clustered WHERE id = 3')).toEqual([['theirs']]);
    expect(await run('dump', '--working-copy', '-o', '-')).toContain('INSERT INTO');
    expect(await queryOn(sqld, 'SELECT id, c5, c1998 FROM numbered ORDER BY id')).toEqual([
      [1n, null, 'z'],
      [2n, null, 'y'],
      [3n, 'theirs', 'x'],
    ]);
  } finally {
    await sqld.stop();
  }
});
