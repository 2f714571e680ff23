// @ts-check
'use strict';

const { startProxy } = require('@turso-sync/testing');
const { measureFfi } = require('../ffi');

const DELAY = 50;

/** One row over a network that takes 50 ms there and back. */
module.exports = {
  name: 'ffi-insert-delayed',
  what: `one insert with auto-sync and ${DELAY} ms of delay, in turso-ffi (medians of 100)`,
  // Three round trips, and what the work itself takes.
  seconds: (3 * DELAY + 10) / 1000,
  async measure(/** @type {number} */ runs) {
    const urlOf = (/** @type {number} */ port) => startProxy(port, { delayMs: DELAY });
    const { ours = [] } = await measureFfi('rust', ['insert'], { runs, urlOf });
    return { turso_execute: ours };
  },
};
