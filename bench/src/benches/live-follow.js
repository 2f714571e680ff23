// @ts-check
'use strict';

const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { openLive } = require('turso-core/live');
const { INSERT, prepareLive, row } = require('../live');

const INTERVAL = 100;

/** How long after a write another program's replica shows it: at worst of ten, since the interval is a promise. */
module.exports = {
  name: 'live-follow',
  what: `a write seen by another replica that syncs every ${INTERVAL} ms, in turso-core/live (the slowest of 10)`,
  seconds: (INTERVAL + 50) / 1000,
  async prepare() {
    const { dir, server, live, stop } = await prepareLive();
    const other = await openLive({
      url: server.url,
      replica: path.join(dir, 'other.db'),
      autoSync: INTERVAL,
    });
    const count = async () => Number((await other.query('SELECT count(*) AS n FROM events')).rows[0]?.n);
    async function work() {
      let slowest = 0;
      for (let i = 0; i < 10; i++) {
        const before = await count();
        await live.execute(INSERT, row(i));
        const start = performance.now();
        while ((await count()) === before) await sleep(1);
        slowest = Math.max(slowest, performance.now() - start);
      }
      return slowest / 1000;
    }
    return {
      note: '',
      contenders: [{ name: 'the other replica', work }],
      async stop() {
        await other.close();
        await stop();
      },
    };
  },
};
