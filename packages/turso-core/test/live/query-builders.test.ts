import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import {
  execOn,
  makeTempDir,
  queryOn,
  removeTempDir,
  requireTool,
  startSqld,
  type Sqld,
} from '@turso-sync/testing';

const ROOT = path.join(__dirname, '../../../..');
const run = promisify(execFile);
const describeWithSqld = requireTool('sqld') ? describe : describe.skip;

/** The files on a page, each in a block that begins with its name, and the output that the page shows. */
function readPage(name: string): { files: [name: string, code: string][]; output: string } {
  const text = fs.readFileSync(path.join(ROOT, `docs/direct-access-${name}.md`), 'utf8');
  const files = [...text.matchAll(/^```ts\n\/\/ (\S+)\n([^]*?)^```/gm)].map(
    ([, file = '', code = '']): [string, string] => [file, code],
  );
  return { files, output: /^```console\n\$ node app\.js\n([^]*?)^```/m.exec(text)?.[1] ?? '' };
}

/** What fails, by the files of each page: it prints the code of each error, and then what is stored. */
const FAILING = {
  drizzle: `
    import { databaseOn, transaction } from './database.js';
    import { contacts } from './schema.js';
    const db = databaseOn(live, live);
    const add = (on, name) => on.insert(contacts).values({ name });
    const works = [
      () => db.transaction((tx) => add(tx, 'never')),
      () => transaction(live, async (tx) => { await add(tx, 'never'); await add(tx, 'Grace'); }),
      () => db.batch([add(db, 'never'), add(db, 'Grace')]),
      () => add(db, 'Grace'),
    ];
    const all = () => db.select().from(contacts);
    const nobody = () => db.query.contacts.findFirst({ where: (row, { eq }) => eq(row.name, 'nobody') });
  `,
  kysely: `
    import { Kysely, sql } from 'kysely';
    import { liveDialect } from './live-dialect.js';
    const db = new Kysely({ dialect: liveDialect(live) });
    const add = (on, name) => on.insertInto('contacts').values({ name }).execute();
    const works = [
      () => sql\`BEGIN\`.execute(db),
      () => db.transaction().execute(async (tx) => { await add(tx, 'never'); await add(tx, 'Grace'); }),
      () => db.transaction().execute(async (tx) => { await add(tx, 'never'); await add(tx, 'never'); }),
      () => add(db, 'Grace'),
    ];
    const all = () => db.selectFrom('contacts').selectAll().execute();
    const nobody = () => db.selectFrom('contacts').selectAll().where('name', '=', 'nobody').executeTakeFirst();
  `,
};

const REST = `
  for (const work of works) {
    const error = await Promise.resolve().then(work).catch((error) => error);
    console.log(error.code ?? error.cause?.code);
  }
  console.log((await all()).map(({ name }) => name).join(), await nobody());
  await live.close();
`;

describeWithSqld('the page about', () => {
  let dir: string;
  let server: Sqld;
  beforeAll(async () => {
    dir = makeTempDir('builders-');
    server = await startSqld();
    fs.writeFileSync(path.join(dir, 'package.json'), '{ "type": "module" }');
    const modules = path.join(dir, 'node_modules');
    fs.mkdirSync(path.join(modules, '@types'), { recursive: true });
    fs.symlinkSync(path.join(ROOT, 'packages/turso-core'), path.join(modules, 'turso-core'));
    for (const name of ['drizzle-orm', 'kysely', '@types/node'])
      fs.symlinkSync(path.join(ROOT, 'node_modules', name), path.join(modules, name));
    for (const [name, failing] of Object.entries(FAILING)) {
      fs.mkdirSync(path.join(dir, name));
      for (const [file, code] of readPage(name).files) fs.writeFileSync(path.join(dir, name, file), code);
      const opening = `import { openLive } from 'turso-core/live';
        const live = await openLive({ url: process.env.TURSO_DATABASE_URL });`;
      fs.writeFileSync(path.join(dir, name, 'failing.js'), `${opening}${failing}${REST}`);
    }
    const options = ['--strict', '--target', 'es2022', '--module', 'nodenext', '--types', 'node'];
    const files = Object.keys(FAILING).map((name) => path.join(name, 'app.ts'));
    const tsc = [require.resolve('typescript/bin/tsc'), ...options, '--skipLibCheck', ...files];
    await run(process.execPath, tsc, { cwd: dir }).catch((error: unknown) => {
      throw new Error((error as { stdout: string }).stdout);
    });
  });
  afterAll(async () => {
    await server.stop();
    removeTempDir(dir);
  });

  test.each(Object.keys(FAILING))('%s has files that compile, and do what it says', async (name) => {
    await execOn(server, 'DROP TABLE IF EXISTS contacts');
    for (const url of [server.url, 'file:app.db']) {
      const play = async (file: string): Promise<string> => {
        const env = { PATH: process.env['PATH'], TURSO_DATABASE_URL: url };
        return (await run(process.execPath, [file], { cwd: path.join(dir, name), env })).stdout;
      };
      expect({ url, told: await play('app.js') }).toEqual({ url, told: readPage(name).output });
      const told = [
        'USAGE',
        ...Array.from({ length: 3 }, () => 'CONSTRAINT_FAILED'),
        'Ada Lovelace,Grace undefined\n',
      ];
      expect({ url, told: await play('failing.js') }).toEqual({ url, told: told.join('\n') });
    }
    expect(await queryOn(server, 'SELECT id, typeof(id) FROM contacts ORDER BY id')).toEqual([
      [1n, 'integer'],
      [2n, 'integer'],
    ]);
  });
});
