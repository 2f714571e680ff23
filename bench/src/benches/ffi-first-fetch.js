// @ts-check
'use strict';

const { build } = require('../ffi');
const { prepareFirstFetch } = require('../first-fetch');

/** A new replica of turso-ffi, beside a project's first copy, and libSQL's own replica. All are whole processes. */
module.exports = {
  name: 'ffi-first-fetch',
  what: 'first fetch of 30 MB by turso-ffi, beside init',
  wanted: '0.67, which is 1.5 times as long',
  prepare: () => prepareFirstFetch(build('rust')),
};
