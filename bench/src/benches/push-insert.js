// @ts-check
'use strict';

const { pushRows } = require('../push-rows');

module.exports = pushRows('insert', 50_000);
