// @ts-check
'use strict';

const { connectBench } = require('../connecting');

/** The CPU time of connecting and closing, beside a file without a server. */
module.exports = connectBench('ffi-connect', 'HTTP');
