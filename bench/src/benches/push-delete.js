// @ts-check
'use strict';

const { pushRows } = require('../push-rows');

module.exports = pushRows('delete', 100_000);
