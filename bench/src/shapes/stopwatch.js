// @ts-check
'use strict';

const fs = require('node:fs');
const { cpuOf } = require('../cpu');
const { time } = require('../measure');

/** Ticks of a second in `/proc/PID/stat`. */
const TICKS = 100;

/**
 * Measures work on a server: by the clock, or, on a machine that others use too, by the CPU time of the work and the server (Linux).
 * @param {boolean} countsCpu
 */
function stopwatch(countsCpu) {
  /** @param {number} pid */
  const used = (pid) => {
    const [, fields = ''] = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
    const [user, system] = fields.split(' ').slice(11, 13).map(Number);
    return ((user ?? NaN) + (system ?? NaN)) / TICKS;
  };
  /**
   * @param {{ pid: number }} server
   * @param {() => Promise<number>} work
   */
  const withServer = async ({ pid }, work) => {
    const start = used(pid);
    const own = await work();
    return own + used(pid) - start;
  };
  return {
    /**
     * @param {{ pid: number }} server
     * @param {import('../measure').Command} contender
     */
    command(server, contender) {
      return countsCpu ? withServer(server, () => cpuOf(contender.command, contender)) : time(contender);
    },
    /**
     * @param {{ pid: number }} server
     * @param {() => Promise<void>} work
     */
    async work(server, work) {
      if (countsCpu) {
        return withServer(server, async () => {
          const start = process.cpuUsage();
          await work();
          const { user, system } = process.cpuUsage(start);
          return (user + system) / 1e6;
        });
      }
      const start = performance.now();
      await work();
      return (performance.now() - start) / 1000;
    },
  };
}

module.exports = { stopwatch };
