// @ts-check
'use strict';

const { medianOfCalls } = require('../measure');
const { INSERT, prepareLive, row } = require('../live');

const CALLS = 100;

/** One row, and the replica has it: beside the usual client, which syncs after a write when it is told to. */
module.exports = {
  name: 'live-insert',
  what: `one insert with auto-sync, in turso-core/live, beside @libsql/client's replica (medians of ${CALLS})`,
  seconds: 0.01,
  async prepare() {
    const { live, client, stop } = await prepareLive();
    return {
      note: '',
      contenders: [
        {
          name: 'live.execute',
          work: () => medianOfCalls(CALLS, (i) => live.execute(INSERT, row(i))),
        },
        {
          name: '@libsql/client, and sync()',
          work: () =>
            medianOfCalls(CALLS, async (i) => {
              await client.execute(INSERT, row(i));
              await client.sync();
            }),
        },
      ],
      stop,
    };
  },
};
