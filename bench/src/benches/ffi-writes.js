// @ts-check
'use strict';

const { measureFfi } = require('../ffi');

/** 400 writes that begin at the same time. Each must succeed, and the program counts the rows at the end. */
module.exports = {
  name: 'ffi-writes',
  what: '400 writes at once in turso-ffi',
  seconds: 10,
  async measure(/** @type {number} */ runs) {
    const {
      one = [],
      eight = [],
      transactions = [],
      connections = [],
    } = await measureFfi('rust', ['writes'], { runs });
    return {
      'on one connection': one,
      'on 8 with replicas': eight,
      'in 400 transactions': transactions,
      'on 400 connections': connections,
    };
  },
};
