// @ts-check
'use strict';

const { medianOfCalls } = require('../measure');
const { prepareLive, row } = require('../live');
const { Database } = require('@turso-sync/testing');

const CALLS = 2000;
const SQL = 'SELECT contact, kind, at, amount FROM events WHERE id = ?';

/** One row by its key, beside the same from the same file by better-sqlite3 itself, with a statement that is compiled once. */
module.exports = {
  name: 'live-query',
  what: `a point query on the replica, in turso-core/live, beside better-sqlite3 (medians of ${CALLS})`,
  over: 0.00002,
  async prepare() {
    const { live, replica, stop } = await prepareLive();
    const rows = Array.from({ length: 10_000 }, (_, i) => row(i));
    await live.insertRows('events', ['contact', 'kind', 'at', 'amount'], rows);
    const db = new Database(replica, { readonly: true });
    const statement = db.prepare(SQL).raw();
    return {
      note: '',
      contenders: [
        {
          name: 'live.query',
          work: () => medianOfCalls(CALLS, (i) => live.query(SQL, [BigInt((i * 7) % 10_000)])),
        },
        { name: 'better-sqlite3', work: () => medianOfCalls(CALLS, (i) => statement.all((i * 7) % 10_000)) },
      ],
      async stop() {
        db.close();
        await stop();
      },
    };
  },
};
