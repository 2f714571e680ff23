import fs from 'node:fs';
import path from 'node:path';
import { queryOn, requireTool, startSqld } from '@turso-sync/testing';
import { describeWithSqld } from './served.fixture';
import { nx, run, withPlugins, workspace } from './workspace.fixture';

const EXAMPLES = path.join(__dirname, '..', '..', 'examples');

/** Copies an example into the workspace, as users do, and returns its folder there. */
function copied(example: string, to: string): string {
  const folder = path.join(workspace, to);
  fs.cpSync(path.join(EXAMPLES, example), folder, {
    recursive: true,
    filter: (file) => !/^(?:node_modules|\.turso|.*\.db.*)$/.test(path.basename(file)),
  });
  return folder;
}

test('the example of the library passes its tests with the installed package', async () => {
  const folder = copied('library', 'examples/library');
  expect(await run(process.execPath, ['--test'], { PATH: process.env['PATH'] }, folder)).toMatchObject({
    exitCode: 0,
  });
});

describeWithSqld('an example with a server', () => {
  test('the live service passes its tests', async () => {
    const folder = copied('live-service', 'examples/live-service');
    const server = await startSqld({ auth: true });
    try {
      const variables = {
        PATH: process.env['PATH'],
        TURSO_DATABASE_URL: server.url,
        TURSO_AUTH_TOKEN: server.readWriteToken,
      };
      expect(await run(process.execPath, ['--test'], variables, folder)).toMatchObject({ exitCode: 0 });
      expect(await queryOn(server, 'SELECT words FROM entries ORDER BY id')).toEqual([
        ["Ada's visit"],
        ['Grace'],
      ]);
    } finally {
      await server.stop();
    }
  });

  (requireTool('sqlite3') ? test : test.skip)(
    'the repository with the workflow pushes its prices',
    async () => {
      copied('reviewed-in-ci/apps/shop', 'apps/shop');
      const { plugins } = JSON.parse(
        fs.readFileSync(path.join(EXAMPLES, 'reviewed-in-ci/nx.json'), 'utf8'),
      ) as { plugins: unknown[] };
      const server = await startSqld();
      try {
        await withPlugins(plugins, async () => {
          const ended = await nx(['run', 'shop:turso-push'], { TURSO_DATABASE_URL: server.url });
          expect(ended).toMatchObject({ exitCode: 0 });
        });
        expect(await queryOn(server, 'SELECT product, cents FROM prices ORDER BY 1')).toEqual([
          ['ink', 450n],
          ['pen', 199n],
        ]);
      } finally {
        await server.stop();
      }
    },
  );
});
