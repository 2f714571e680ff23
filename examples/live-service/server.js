// A guest book: `GET /` lists its entries, `POST /` adds the text of the request.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { openLive } from 'turso-core/live';

const live = await openLive({
  url: process.env.TURSO_DATABASE_URL ?? 'file:guests.db',
  authToken: process.env.TURSO_AUTH_TOKEN,
  replica: 'replica.db',
});
await live.execute('CREATE TABLE IF NOT EXISTS entries (id INTEGER PRIMARY KEY, words TEXT NOT NULL)');

const server = createServer((request, response) => {
  answer(request).then(
    ([status, body]) => response.writeHead(status, { 'content-type': 'application/json' }).end(body),
    // The reason is for the operator. It holds no token.
    (error) => {
      console.error(error);
      response.writeHead(503).end();
    },
  );
});
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1');
await once(server, 'listening');
console.log(`http://127.0.0.1:${server.address().port}`);

/** Once a write returns, it is on the remote, and every later read here has it. */
async function answer(request) {
  if (request.method === 'POST') {
    await live.execute('INSERT INTO entries (words) VALUES (?)', [await text(request)]);
    return [201, ''];
  }
  const { rows } = await live.query('SELECT words FROM entries ORDER BY id');
  return [200, JSON.stringify(rows.map(({ words }) => words))];
}

for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, async () => {
    server.close();
    await once(server, 'close');
    await live.close();
  });
