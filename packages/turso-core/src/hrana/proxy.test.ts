import { proxyFor } from './proxy';

const PROXY = 'http://proxy.example:3128';

function chosen(server: string, variables: Record<string, string>): string | null {
  const proxy = proxyFor(new URL(server), variables);
  return proxy === null ? null : `${proxy.variable} ${proxy.url.host}`;
}

test.each([
  ['https://db.example', { HTTPS_PROXY: PROXY }, 'HTTPS_PROXY proxy.example:3128'],
  ['https://db.example', { https_proxy: 'proxy.example:3128' }, 'https_proxy proxy.example:3128'],
  ['https://db.example', { https_proxy: 'http://a:1', HTTPS_PROXY: 'http://b:1' }, 'https_proxy a:1'],
  ['https://db.example', { https_proxy: ' ', HTTPS_PROXY: PROXY }, 'HTTPS_PROXY proxy.example:3128'],
  ['https://db.example', { HTTPS_PROXY: 'https://me:sesame@proxy.example' }, 'HTTPS_PROXY proxy.example'],
  ['https://db.example', { HTTP_PROXY: PROXY }, null],
  ['http://db.example', { HTTP_PROXY: PROXY, HTTPS_PROXY: 'http://b:1' }, 'HTTP_PROXY proxy.example:3128'],
  ['http://db.example', { http_proxy: PROXY }, 'http_proxy proxy.example:3128'],
  ['https://db.example', {}, null],
])('%s with %p goes through %s', (server, variables: Record<string, string>, expected) => {
  expect(chosen(server, variables)).toBe(expected);
});

test.each(['https://localhost', 'https://127.0.0.1', 'http://[::1]:8080', 'http://db.localhost:8080'])(
  '%s is this machine, which no proxy is asked for',
  (server) => {
    expect(chosen(server, { HTTPS_PROXY: PROXY, HTTP_PROXY: PROXY })).toBeNull();
  },
);

test.each([
  ['*', true],
  ['example', true],
  ['db.example', true],
  ['DB.Example', true],
  ['.example', true],
  ['*.example', true],
  ['db.example:443', true],
  ['other, db.example', true],
  ['other db.example', true],
  ['db.example.', true],
  ['', false],
  [',', false],
  ['b.example', false],
  ['db.example:8443', false],
  ['example.db', false],
  ['10.0.0.0/8', false],
])('NO_PROXY=%p leaves out https://db.example: %p', (NO_PROXY, isLeftOut) => {
  expect(chosen('https://db.example', { HTTPS_PROXY: PROXY, NO_PROXY }) === null).toBe(isLeftOut);
  expect(chosen('https://db.example', { HTTPS_PROXY: PROXY, no_proxy: NO_PROXY }) === null).toBe(isLeftOut);
});

test.each([
  ['https://10.1.2.3', '10.0.0.0/8', true],
  ['https://10.1.2.3', '10.1.2.3', true],
  ['https://10.1.2.3', '11.0.0.0/8', false],
  ['https://10.1.2.3', '10.0.0.0/99', false],
  ['https://[fd00::1]', 'fd00::/8', true],
  ['https://[fd00::1]', 'fd00::1', true],
  ['https://[fd00::1]', '[fd00::1]:443', true],
  ['https://[fd00::1]', 'fd01::/16', false],
])('%s with NO_PROXY=%p is left out: %p', (server, NO_PROXY, isLeftOut) => {
  expect(chosen(server, { HTTPS_PROXY: PROXY, NO_PROXY }) === null).toBe(isLeftOut);
});

test.each(['socks5://me:sesame@proxy:1080', 'http://me:sesame@', 'http://me:sesame@a:b', '::'])(
  '%s is no address of a proxy, and is not repeated',
  (address) => {
    const choose = (): unknown => chosen('https://db.example', { HTTPS_PROXY: address });
    expect(choose).toThrow(/^HTTPS_PROXY is not the address of an HTTP proxy\.$/);
  },
);
