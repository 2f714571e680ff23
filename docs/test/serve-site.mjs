import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const DOCS = fileURLToPath(new URL('..', import.meta.url));
const BUILT = path.join(DOCS, '.vitepress/dist');

const TYPES = {
  html: 'text/html',
  js: 'text/javascript',
  css: 'text/css',
  svg: 'image/svg+xml',
  png: 'image/png',
  json: 'application/json',
};

/** Serves the built site on loopback, as static hosts do: `/x` is `x.html`. */
export async function serveSite() {
  const server = createServer((request, response) => {
    void answer(new URL(request.url ?? '/', 'http://localhost').pathname, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close() {
      server.closeAllConnections();
      return new Promise((done) => server.close(done));
    },
  };
}

async function answer(pathname, response) {
  const name = pathname.endsWith('/')
    ? `${pathname}index.html`
    : path.extname(pathname) === ''
      ? `${pathname}.html`
      : pathname;
  try {
    const body = await readFile(path.join(BUILT, path.normalize(name)));
    response.writeHead(200, {
      'content-type': TYPES[path.extname(name).slice(1)] ?? 'text/plain; charset=utf-8',
    });
    response.end(body);
  } catch {
    response.writeHead(404).end();
  }
}

/** The pages of the sources, by their addresses. */
export function pagesOf(folder = DOCS, at = '/') {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory())
      return ['.vitepress', 'test', 'node_modules'].includes(entry.name)
        ? []
        : pagesOf(path.join(folder, entry.name), `${at}${entry.name}/`);
    if (!entry.name.endsWith('.md')) return [];
    return [entry.name === 'index.md' ? at : at + path.basename(entry.name, '.md')];
  });
}
