// @ts-check
'use strict';

const { pushRows } = require('../push-rows');

module.exports = pushRows('update', 100_000);
