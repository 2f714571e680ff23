// @ts-check
'use strict';

const { prepareDumpInit } = require('../dump-init');
const { serveReadings } = require('../serve-readings');

/** Doubles and blobs. */
module.exports = {
  name: 'dump-init-blobs',
  what: 'dump-init of blobs and doubles, beside curl /dump | sqlite3',
  wanted: 3.3,
  prepare: () => prepareDumpInit(serveReadings),
};
