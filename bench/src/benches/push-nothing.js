// @ts-check
'use strict';

const { prepareExample } = require('../prepare-example');
const { tursoSync } = require('../turso-sync');

/** A push of 74 MB in which nothing has changed, beside an empty Node process. */
module.exports = {
  name: 'push-nothing',
  what: 'dump-push of 74 MB with nothing changed, beside a Node process that does nothing',
  seconds: 0.5,
  async prepare() {
    const { dir, env, stop } = await prepareExample();
    return {
      note: '',
      contenders: [
        { name: 'turso-sync dump-push', command: tursoSync('dump-push', '--quiet'), cwd: dir, env },
        { name: 'node -e 0', command: [process.execPath, '-e', '0'] },
      ],
      stop,
    };
  },
};
