// @ts-check
'use strict';

const { measureFfi } = require('../ffi');

/** A thousand rows at once, beside a thousand single inserts through the replica connection of the crate libsql. */
module.exports = {
  name: 'ffi-batch',
  what: "1,000 rows at once with auto-sync, in turso-ffi, beside single inserts through libsql's replica",
  wanted: '20, and at most 50 ms',
  async measure(/** @type {number} */ runs) {
    const { ours = [], batch = [], peer = [] } = await measureFfi('rust', ['batch'], { runs });
    return { turso_insert_rows: ours, 'libsql, one by one': peer, turso_execute_batch: batch };
  },
};
