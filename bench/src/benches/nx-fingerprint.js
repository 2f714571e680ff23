// @ts-check
'use strict';

const { createNodes } = require('turso-sync-plugin');
const { startSqld } = require('@turso-sync/testing');
const { cpuOf } = require('../cpu');
const { makeNxWorkspace } = require('../nx-workspace');

/** The command that Nx runs before each run that takes a snapshot, beside a Node process that does nothing. */
module.exports = {
  what: 'The fingerprint of a server, beside a Node process that does nothing, CPU',
  over: 0.08,
  async prepare() {
    const server = await startSqld();
    const config = 'apps/app/turso-sync.config.json';
    const dir = makeNxWorkspace({ 'apps/app/project.json': { name: 'app' }, [config]: {} });
    const [found] = await createNodes[1]([config], undefined, { workspaceRoot: dir });
    const target = /** @type {any} */ (found?.[1].projects['apps/app']?.targets['turso-snapshot']);
    const command = target.inputs.find((/** @type {any} */ input) => input.runtime).runtime;
    const run = (/** @type {string} */ name, /** @type {string[]} */ words) => ({
      name,
      work: () => cpuOf(words, { cwd: dir, env: { TURSO_DATABASE_URL: server.url } }),
    });
    return {
      note: '',
      contenders: [run('fingerprint', command.split(' ')), run('node -e 0', [process.execPath, '-e', '0'])],
      stop: () => server.stop(),
    };
  },
};
