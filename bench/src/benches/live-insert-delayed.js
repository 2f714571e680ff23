// @ts-check
'use strict';

const path = require('node:path');
const { startProxy } = require('@turso-sync/testing');
const { openLive } = require('turso-core/live');
const { medianOfCalls } = require('../measure');
const { INSERT, prepareLive, row } = require('../live');

const DELAY = 50;

/** One row over a network that takes 50 ms there and back. */
module.exports = {
  name: 'live-insert-delayed',
  what: `one insert with auto-sync and ${DELAY} ms of delay, in turso-core/live (medians of 10)`,
  // Three round trips, and what the work itself takes.
  seconds: (3 * DELAY + 10) / 1000,
  async prepare() {
    const { dir, server, stop } = await prepareLive();
    const proxy = await startProxy(server.port, { delayMs: DELAY });
    const live = await openLive({ url: proxy.url, replica: path.join(dir, 'delayed.db') });
    const work = () => medianOfCalls(10, (i) => live.execute(INSERT, row(i)));
    return {
      note: '',
      contenders: [{ name: 'live.execute', work }],
      async stop() {
        await live.close();
        await proxy.stop();
        await stop();
      },
    };
  },
};
