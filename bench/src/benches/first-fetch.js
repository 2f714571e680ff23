// @ts-check
'use strict';

const { prepareFirstFetch } = require('../first-fetch');

/** A new replica of turso-core/live, beside a project's first copy. Both are whole processes. */
module.exports = {
  name: 'first-fetch',
  what: 'first fetch of 30 MB by turso-core/live, beside init',
  wanted: '0.67, which is 1.5 times as long',
  prepare: () => prepareFirstFetch(),
};
