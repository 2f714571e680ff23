// @ts-check
'use strict';

const { measureFfi } = require('../ffi');

const QUERIES = 2000;

/** One row by its key, beside OCaml's package sqlite3 on a copy of the same file. */
module.exports = {
  name: 'ffi-query',
  what: `a point query on the replica, from OCaml, beside the package sqlite3 (rounds of ${QUERIES})`,
  over: 0.00002,
  async measure(/** @type {number} */ runs) {
    const { ours = [], unprepared = [], peer = [] } = await measureFfi('ocaml', [], { runs });
    const each = (/** @type {number[]} */ rounds) => rounds.map((seconds) => seconds / QUERIES);
    return {
      'Turso_statement.query': each(ours),
      sqlite3: each(peer),
      'Turso_connection.query': each(unprepared),
    };
  },
};
