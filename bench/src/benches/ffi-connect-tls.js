// @ts-check
'use strict';

const { connectLines, MORE, withTls } = require('../connecting');
const { measureFfi } = require('../ffi');

/** The same over HTTPS, with as many authorities as usual. */
module.exports = {
  name: 'ffi-connect-tls',
  what: 'connecting over HTTPS in turso-ffi, beside a file, CPU (means of 50)',
  over: MORE,
  async measure(/** @type {number} */ runs) {
    return connectLines(await measureFfi('rust', ['connect'], { runs, urlOf: withTls }));
  },
};
