// @ts-check
'use strict';

const path = require('node:path');

const bin = path.join(path.dirname(require.resolve('turso-core/package.json')), 'bin', 'turso-sync.js');

/**
 * The command line of a turso-sync subcommand.
 * @param {...string} args
 */
function tursoSync(...args) {
  return [process.execPath, bin, ...args];
}

module.exports = { tursoSync };
