// @ts-check
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { tursoSync } = require('./turso-sync');

/**
 * Prepares a bench: the whole remote to local files, beside the server's own dump piped into the shell.
 * @param {() => Promise<{ dir: string, server: { url: string, stop: () => Promise<void> }, bytes: number }>} serve
 * @param {object} config
 */
async function prepareDumpInit(serve, config = {}) {
  const { dir, server, bytes } = await serve();
  fs.writeFileSync(path.join(dir, 'turso-sync.config.json'), JSON.stringify(config));
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
}

module.exports = { prepareDumpInit };
