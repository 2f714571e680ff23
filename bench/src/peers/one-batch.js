// @ts-check
'use strict';

const { createClient } = require('@libsql/client');

async function main() {
  const client = createClient({ url: process.argv[2] ?? '' });
  const sql = 'UPDATE email_schedules SET priority = priority WHERE id = ?';
  await client.batch(
    Array.from({ length: 10 }, (_, i) => ({ sql, args: [50_000 * i + 101] })),
    'write',
  );
  client.close();
}

void main();
