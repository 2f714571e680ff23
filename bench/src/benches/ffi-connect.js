// @ts-check
'use strict';

const { connectLines, MORE } = require('../connecting');
const { measureFfi } = require('../ffi');

/** The CPU time of connecting and closing, beside a file without a server. */
module.exports = {
  name: 'ffi-connect',
  what: 'connecting over HTTP in turso-ffi, beside a file, CPU (means of 50)',
  over: MORE,
  async measure(/** @type {number} */ runs) {
    return connectLines(await measureFfi('rust', ['connect'], { runs }));
  },
};
