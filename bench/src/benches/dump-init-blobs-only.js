// @ts-check
'use strict';

const { prepareDumpInit } = require('../dump-init');
const { serveReadings } = require('../serve-readings');

/** The same without `original_dump.sql`. */
module.exports = {
  name: 'dump-init-blobs-only',
  what: 'dump-init of blobs and doubles with originalDump: false, beside curl /dump | sqlite3',
  wanted: 4,
  prepare: () => prepareDumpInit(serveReadings, { originalDump: false }),
};
