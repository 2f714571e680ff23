// @ts-check
'use strict';

const { prepareExample } = require('../prepare-example');
const { tursoSync } = require('../turso-sync');

/** A diff of 74 MB in which nothing has changed, beside an empty Node process. */
module.exports = {
  name: 'diff-nothing',
  what: 'diff of 74 MB with nothing changed, beside a Node process that does nothing',
  seconds: 0.3,
  async prepare() {
    const { dir, stop } = await prepareExample();
    return {
      note: '',
      contenders: [
        { name: 'turso-sync diff', command: tursoSync('diff', '--quiet'), cwd: dir },
        { name: 'node -e 0', command: [process.execPath, '-e', '0'] },
      ],
      stop,
    };
  },
};
