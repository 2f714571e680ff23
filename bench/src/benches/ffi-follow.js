// @ts-check
'use strict';

const { measureFfi } = require('../ffi');

const INTERVAL = 100;

/** How long after a write another replica shows it. */
module.exports = {
  name: 'ffi-follow',
  what: `a write seen by another replica that syncs every ${INTERVAL} ms, in turso-ffi (medians of 10)`,
  seconds: (INTERVAL + 50) / 1000,
  measure: (/** @type {number} */ runs) => measureFfi('rust', ['follow'], { runs }),
};
