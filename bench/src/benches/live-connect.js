// @ts-check
'use strict';

const path = require('node:path');
const { makeTempDir, removeTempDir, startSqld } = require('@turso-sync/testing');
const { openLive } = require('turso-core/live');
const { MORE } = require('../connecting');

const CONNECTS = 50;

/** The CPU time of this process for connecting and closing. A replica's sync process comes later, with its first new frame. */
module.exports = {
  name: 'live-connect',
  what: `connecting over HTTP in turso-core/live, beside a file, CPU (means of ${CONNECTS})`,
  over: MORE,
  async prepare() {
    const dir = makeTempDir('bench-');
    const server = await startSqld();
    const { url } = server;
    let opened = 0;
    const fresh = () => ({ url, replica: path.join(dir, `fresh-${opened++}.db`) });
    const kept = { url, replica: path.join(dir, 'kept.db') };
    const connecting = (
      /** @type {string} */ name,
      /** @type {() => import('turso-core/live').LiveOptions} */ options,
    ) => ({
      name,
      async work() {
        const before = process.cpuUsage();
        for (let i = 0; i < CONNECTS; i++) await (await openLive(options())).close();
        const { user, system } = process.cpuUsage(before);
        return (user + system) / 1e6 / CONNECTS;
      },
    });
    return {
      note: '',
      contenders: [
        connecting('with a new replica', fresh),
        connecting('a file', () => ({ url: `file:${path.join(dir, 'local.db')}` })),
        connecting('with a replica that is there', () => kept),
        connecting('without a replica', () => ({ url })),
      ],
      async stop() {
        await server.stop();
        removeTempDir(dir);
      },
    };
  },
};
