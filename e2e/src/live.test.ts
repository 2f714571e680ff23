import fs from 'node:fs';
import path from 'node:path';
import { startSqld } from '@turso-sync/testing';
import { describeWithSqld } from './served.fixture';
import { run, workspace } from './workspace.fixture';

const APP = `
import { openLive } from 'turso-core/live';

const live = await openLive({
  url: process.env.TURSO_DATABASE_URL,
  authToken: process.env.TURSO_AUTH_TOKEN,
  replica: 'live/replica.db',
});
await live.execute('CREATE TABLE t (id INTEGER PRIMARY KEY, v)');
await live.insertRows('t', ['v'], [['one'], [2n], [-0], [Buffer.from([0])]]);
console.log((await live.query('SELECT id, v, typeof(v) AS type FROM t ORDER BY id')).rows);
await live.close();
`;

describeWithSqld('the packed library', () => {
  test('opens a live connection from an ES module, with all that it needs installed', async () => {
    const server = await startSqld({ auth: true });
    try {
      const file = path.join(workspace, 'live-app.mjs');
      fs.writeFileSync(file, APP);
      const { output } = await run(process.execPath, [file], {
        PATH: process.env['PATH'],
        TURSO_DATABASE_URL: server.url,
        TURSO_AUTH_TOKEN: server.readWriteToken,
      });
      expect(output).toContain("{ id: 1n, v: 'one', type: 'text' }");
      expect(output).toContain("{ id: 2n, v: 2n, type: 'integer' }");
      expect(output).toContain("{ id: 3n, v: -0, type: 'real' }");
      expect(output).toContain("{ id: 4n, v: <Buffer 00>, type: 'blob' }");
      for (const name of fs.readdirSync(path.join(workspace, 'live')))
        expect(fs.readFileSync(path.join(workspace, 'live', name)).includes(server.readWriteToken)).toBe(
          false,
        );
    } finally {
      await server.stop();
    }
  });
});
