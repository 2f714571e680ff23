// @ts-check
'use strict';

const { openLive } = require('turso-core/live');
const { INSERT, prepareLive, row } = require('../live');

const WRITES = 400;

/** 400 writes that begin at the same time. Each must succeed. */
module.exports = {
  name: 'live-writes',
  what: `${WRITES} writes at once in turso-core/live`,
  seconds: 10,
  async prepare() {
    const { server, stop } = await prepareLive();
    const options = { url: server.url, timeout: 90_000 };
    const live = await openLive(options);
    const eight = await Promise.all(Array.from({ length: 8 }, () => openLive(options)));
    const atOnce = (/** @type {string} */ name, /** @type {(i: number) => Promise<unknown>} */ write) => ({
      name,
      async work() {
        const start = performance.now();
        await Promise.all(Array.from({ length: WRITES }, (_, i) => write(i)));
        return (performance.now() - start) / 1000;
      },
    });
    return {
      note: '',
      contenders: [
        atOnce('on one connection', (i) => live.execute(INSERT, row(i))),
        atOnce('on 8 connections', async (i) => eight[i % 8]?.execute(INSERT, row(i))),
        atOnce('in 400 transactions', (i) => live.transaction((within) => within.execute(INSERT, row(i)))),
        atOnce('on 400 connections', async (i) => {
          const own = await openLive(options);
          await own.execute(INSERT, row(i));
          await own.close();
        }),
      ],
      async stop() {
        for (const one of [live, ...eight]) await one.close();
        await stop();
      },
    };
  },
};
