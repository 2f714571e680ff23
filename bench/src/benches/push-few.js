// @ts-check
'use strict';

const { execFile } = require('node:child_process');
const path = require('node:path');
const { promisify } = require('node:util');
const { Database, startProxy } = require('@turso-sync/testing');
const { prepareExample } = require('../prepare-example');
const { tursoSync } = require('../turso-sync');

/** 10 changed rows over a network that takes 50 ms, beside the same statements by the usual client. */
module.exports = {
  name: 'push-few',
  what: 'dump-push of 10 rows with 50 ms of delay, beside one @libsql/client batch',
  seconds: 0.5,
  async prepare() {
    const { dir, server, stop } = await prepareExample();
    const proxy = await startProxy(server.port, { delayMs: 50 });
    const env = { TURSO_DATABASE_URL: proxy.url };
    const [node = '', ...pull] = tursoSync('pull', '--accept-remote', '--quiet');
    await promisify(execFile)(node, pull, { cwd: dir, env: { ...process.env, ...env } });
    let priority = 10;
    let requests = 0;
    let pushes = 0;
    const edit = () => {
      requests = proxy.requestsSeen;
      const db = new Database(path.join(dir, 'working_copy.db'));
      db.prepare('UPDATE email_schedules SET priority = ? WHERE id % 50000 = 101').run(priority++);
      db.close();
    };
    return {
      note: '',
      contenders: [
        {
          name: 'turso-sync dump-push',
          command: tursoSync('dump-push', '--quiet'),
          cwd: dir,
          env,
          before: edit,
        },
        {
          name: 'one @libsql/client batch',
          command: [process.execPath, path.join(__dirname, '..', 'peers', 'one-batch.js'), proxy.url],
          before() {
            pushes = Math.max(pushes, proxy.requestsSeen - requests);
          },
        },
      ],
      async stop() {
        console.log(`  at most ${pushes} HTTP requests for a push, the first contact included`);
        await proxy.stop();
        await stop();
      },
    };
  },
};
