// @ts-check
'use strict';

const path = require('node:path');
const { prepareExample } = require('../prepare-example');
const { tursoSync } = require('../turso-sync');

/** 14 changed rows among 570,000, beside SQLite's own tool for it. */
module.exports = {
  name: 'diff-few',
  what: 'diff of 74 MB with 14 rows changed, beside sqldiff',
  wanted: 1,
  async prepare() {
    const { dir, stop } = await prepareExample((db) => {
      db.exec('UPDATE email_schedules SET priority = 9 WHERE id % 43000 = 101');
      db.exec("DELETE FROM email_schedules WHERE id = 5000; UPDATE contacts SET state = 'NV' WHERE id = 77");
    });
    const [base, work] = [
      path.join(dir, '.turso', 'default', 'base', 'baseline.db'),
      path.join(dir, 'working_copy.db'),
    ];
    return {
      note: '',
      contenders: [
        { name: 'turso-sync diff', command: tursoSync('diff', '--quiet'), cwd: dir },
        { name: 'sqldiff', command: ['sqldiff', base, work] },
      ],
      stop,
    };
  },
};
