// @ts-check
'use strict';

const { connectBench } = require('../connecting');

/** The same over HTTPS, with as many authorities as usual. */
module.exports = connectBench('ffi-connect-tls', 'HTTPS');
