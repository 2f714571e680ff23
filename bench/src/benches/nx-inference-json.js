// @ts-check
'use strict';

const { inferenceBench } = require('../nx-inference');

module.exports = inferenceBench('JSON', 'turso-sync.config.json', '{ "environments": { "staging": {} } }');
