// @ts-check
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { serveExample } = require('../serve-example');
const { tursoSync } = require('../turso-sync');

/** The whole remote to local files, beside the server's own dump piped into the shell. */
module.exports = {
  name: 'dump-init',
  what: 'dump-init of 74 MB (500,000 rows), beside curl /dump | sqlite3',
  wanted: 4,
  async prepare() {
    const { dir, server, bytes } = await serveExample();
    const fresh = () => {
      for (const name of ['.turso', 'working_copy.db', 'peer.db']) {
        fs.rmSync(path.join(dir, name), { recursive: true, force: true });
      }
    };
    return {
      note: `${(bytes / 1e6).toFixed(1)} MB`,
      contenders: [
        {
          name: 'turso-sync dump-init',
          command: tursoSync('dump-init', '--quiet'),
          cwd: dir,
          env: { TURSO_DATABASE_URL: server.url },
          before: fresh,
        },
        {
          name: 'curl /dump | sqlite3',
          command: ['sh', '-c', `curl -s ${server.url}/dump | sqlite3 peer.db`],
          cwd: dir,
          before: fresh,
        },
      ],
      stop: () => server.stop(),
    };
  },
};
