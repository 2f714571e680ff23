// @ts-check
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { printedCpu } = require('./cpu');
const { makeNxWorkspace } = require('./nx-workspace');

const PROJECTS = 200;

/**
 * The inference of 200 projects in a new process, beside a plugin that infers nothing. Results are on disk, as after any
 * other run of Nx; `first` is without these.
 * @param {string} kind
 * @param {string} file
 * @param {string} text
 */
function inferenceBench(kind, file, text) {
  return {
    what: `Inference of ${PROJECTS} projects with configs in ${kind}, beside an empty plugin, CPU`,
    over: 0.1,
    async prepare() {
      const folders = Array.from({ length: PROJECTS }, (_, i) => `apps/app-${i}`);
      const files = folders.flatMap((folder) => [
        [`${folder}/project.json`, {}],
        [`${folder}/${file}`, text],
      ]);
      const dir = makeNxWorkspace(Object.fromEntries(files));
      fs.writeFileSync(path.join(dir, 'empty.js'), "exports.createNodes = ['**/*', () => []];");
      const configs = folders.map((folder) => `${folder}/${file}`);
      const contender = (/** @type {string} */ name, /** @type {string} */ plugin, before = () => {}) => ({
        name,
        before,
        work: async () => printedCpu(script(plugin, configs, dir), dir),
      });
      const forget = () => fs.rmSync(path.join(dir, '.nx'), { recursive: true, force: true });
      return {
        note: '',
        contenders: [
          contender('turso-sync-plugin', 'turso-sync-plugin'),
          contender('empty plugin', './empty.js'),
          contender('turso-sync-plugin, first', 'turso-sync-plugin', forget),
        ],
      };
    },
  };
}

/**
 * @param {string} plugin
 * @param {string[]} configs
 * @param {string} workspaceRoot
 */
function script(plugin, configs, workspaceRoot) {
  return `const start = process.cpuUsage();
    (async () => {
      const { createNodes } = require(${JSON.stringify(plugin)});
      await createNodes[1](${JSON.stringify(configs)}, undefined, {
        workspaceRoot: ${JSON.stringify(workspaceRoot)}, nxJsonConfiguration: {},
      });
      const { user, system } = process.cpuUsage(start);
      console.log((user + system) / 1e6);
    })();`;
}

module.exports = { inferenceBench };
