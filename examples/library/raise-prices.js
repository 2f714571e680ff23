// Raises all prices, and pushes them: `node raise-prices.js 5`. If somebody else has changed the same price, it writes nothing.
import { existsSync } from 'node:fs';
import { diff, init, open, pull, push } from 'turso-core';
import { openLive } from 'turso-core/live';

const [percent = '5'] = process.argv.slice(2);
const project = open({
  url: process.env.TURSO_DATABASE_URL ?? 'file:shop.db',
  authToken: process.env.TURSO_AUTH_TOKEN,
});

// The first run takes the database. Later ones bring in the changes of others.
const start = existsSync(project.workingCopy) ? await pull(project) : await init(project);
if (start.outcome === 'conflict') end(start);

// Any SQLite library can edit the file. This one is already installed.
const file = await openLive({ url: `file:${project.workingCopy}` });
await file.execute('UPDATE products SET cents = round(cents * (100 + ?) / 100.0)', [BigInt(percent)]);
await file.close();

const { changes, plan } = await diff(project);
for await (const { old, new: now } of plan.rows('products')) console.log(`${old.cents} -> ${now.cents}`);
if (changes.total.delete + changes.total.insert > 0) throw new Error('This is more than new prices.');

end(await push(project));

/** Tells the outcome, and ends. Conflicts have the old, the local and the remote value of each row. */
function end({ outcome, conflicts }) {
  console.log(outcome);
  for (const conflict of conflicts) console.log(conflict);
  process.exit(outcome === 'conflict' ? 3 : 0);
}
