// @ts-check
'use strict';

const { prepareDumpInit } = require('../dump-init');
const { serveExample } = require('../serve-example');

/** The example's data: integers and short texts. */
module.exports = {
  name: 'dump-init',
  what: 'dump-init of 74 MB (500,000 rows), beside curl /dump | sqlite3',
  wanted: 4,
  prepare: () => prepareDumpInit(serveExample),
};
