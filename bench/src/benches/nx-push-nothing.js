// @ts-check
'use strict';

const path = require('node:path');
const { buildDatabase } = require('@turso-sync/testing');
const { cpuOf } = require('../cpu');
const { makeNxWorkspace, nx, NX_ENV } = require('../nx-workspace');

/** A push by Nx with nothing to do, beside a target that does nothing. */
module.exports = {
  what: 'nx run app:turso-push with nothing to push, beside an empty target, CPU',
  over: 0.35,
  async prepare() {
    const dir = makeNxWorkspace({
      'apps/app/project.json': { name: 'app', targets: { empty: { executor: 'nx:noop' } } },
      'apps/app/turso-sync.config.json': {},
      'apps/app/.env': 'TURSO_DATABASE_URL=file:./remote.db',
    });
    buildDatabase(path.join(dir, 'apps/app/remote.db'), 'CREATE TABLE t(v); INSERT INTO t VALUES (1)');
    const run = (/** @type {string} */ target) => ({
      name: `nx run app:${target}`,
      work: () => cpuOf(nx('run', `app:${target}`), { cwd: dir, env: NX_ENV }),
    });
    return { note: '', contenders: [run('turso-push'), run('empty')] };
  },
};
