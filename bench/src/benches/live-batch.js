// @ts-check
'use strict';

const { medianOfCalls } = require('../measure');
const { INSERT, prepareLive, row } = require('../live');

const ROWS = 1000;

/** A thousand rows at once, beside a thousand single ones through the usual client's replica. */
module.exports = {
  name: 'live-batch',
  what: `${ROWS} rows at once with auto-sync, in turso-core/live, beside single inserts through @libsql/client's replica`,
  wanted: '20, and at most 50 ms',
  async prepare() {
    const { live, client, stop } = await prepareLive();
    const rows = Array.from({ length: ROWS }, (_, i) => row(i));
    const columns = ['contact', 'kind', 'at', 'amount'];
    const statements = rows.map((args) => ({ sql: INSERT, args }));
    // Else it would fetch what the other contenders have written, too.
    const before = () => live.sync();
    return {
      note: '',
      contenders: [
        {
          name: 'live.insertRows',
          before,
          work: () => medianOfCalls(1, () => live.insertRows('events', columns, rows)),
        },
        {
          name: '@libsql/client, one by one',
          work: () =>
            medianOfCalls(1, async () => {
              for (const args of rows) await client.execute(INSERT, args);
            }),
        },
        {
          name: 'live.batch of statements',
          before,
          work: () => medianOfCalls(1, () => live.batch(statements)),
        },
      ],
      stop,
    };
  },
};
