// @ts-check
'use strict';

const { measureFfi } = require('../ffi');
const { median } = require('../measure');

/** One row, and the replica has it, from Rust: every call of the crate as OCaml's stubs make it. */
module.exports = {
  name: 'ffi-insert',
  what: 'one insert with auto-sync, in turso-ffi (medians of 100)',
  seconds: 0.01,
  async measure(/** @type {number} */ runs) {
    const { ours = [], requests = [] } = await measureFfi('rust', ['insert'], { runs });
    return { [`turso_execute, ${median(requests)} requests`]: ours };
  },
};
