import { TursoSyncError } from '../errors';
import { parseRemoteUrl } from './url';

function codeOf(text: string): string {
  try {
    return JSON.stringify(parseRemoteUrl(text, '/project'));
  } catch (error) {
    if (!(error instanceof TursoSyncError)) throw error;
    expect(error.hint).toBeTruthy();
    return error.code;
  }
}

test.each([
  ['libsql://db.turso.io', 'https://db.turso.io/', 'libsql://db.turso.io'],
  ['LIBSQL://DB.turso.io', 'https://db.turso.io/', 'libsql://db.turso.io'],
  ['wss://db.turso.io', 'https://db.turso.io/', 'wss://db.turso.io'],
  ['https://db.turso.io:443/', 'https://db.turso.io/', 'https://db.turso.io'],
  ['ws://127.0.0.1:8080', 'http://127.0.0.1:8080/', 'ws://127.0.0.1:8080'],
  ['http://localhost:8080', 'http://localhost:8080/', 'http://localhost:8080'],
  ['http://localhost', 'http://localhost/', 'http://localhost'],
  ['http://localhost:443', 'http://localhost:443/', 'http://localhost:443'],
  ['https://localhost:80', 'https://localhost:80/', 'https://localhost:80'],
  ['libsql://localhost:8080?tls=0', 'http://localhost:8080/', 'libsql://localhost:8080'],
  ['libsql://localhost:443?tls=0', 'http://localhost:443/', 'libsql://localhost:443'],
  ['libsql://localhost:8080?tls=1', 'https://localhost:8080/', 'libsql://localhost:8080'],
  ['http://[::1]:8080', 'http://[::1]:8080/', 'http://[::1]:8080'],
  // Requests go below the path. Without the slash, they would replace its last part.
  ['https://proxy.example/db', 'https://proxy.example/db/', 'https://proxy.example/db'],
])('%s is the server %s, shown as %s', (text, url, location) => {
  const address = parseRemoteUrl(text, '/project');
  expect(address.kind === 'http' && address.url.href).toBe(url);
  expect(address.location).toBe(location);
});

test.each([
  ['file:remote.db', '/project/remote.db'],
  ['file:./a/../remote.db', '/project/remote.db'],
  ['file:../other/remote.db', '/other/remote.db'],
  ['file:/abs/remote.db', '/abs/remote.db'],
  ['file:///abs/remote.db', '/abs/remote.db'],
  ['file:with%20space.db', '/project/with space.db'],
  ['file:///abs/with%20space.db', '/abs/with space.db'],
  ['FILE:remote.db', '/project/remote.db'],
])('%s is the file %s', (text, file) => {
  expect(parseRemoteUrl(text, '/project')).toEqual({ kind: 'file', file, location: `file:${file}` });
});

test.each([
  'my-db.turso.io',
  '/abs/remote.db',
  'postgres://localhost/db',
  'libsql:',
  'libsql://',
  'https://my db.turso.io',
  'http://localhost:99999',
  'file:',
  'file://',
  'file:///',
  'file://other-host/remote.db',
  'file:broken%zz.db',
  'file:///broken%zz.db',
  'file:nul%00byte.db',
])('%s is not supported', (text) => {
  expect(codeOf(text)).toBe('URL_UNSUPPORTED');
});

test('names the schemes that there are', () => {
  expect(() => parseRemoteUrl('postgres://localhost', '')).toThrow('the scheme "postgres:"');
});

test.each([
  'libsql://user:pass@db.turso.io',
  'https://token@db.turso.io',
  'libsql://db.turso.io?authToken=abc',
  'libsql://db.turso.io?tls=1&authtoken=abc',
  'libsql://db.turso.io?jwt=abc',
])('%s carries a secret, which is not repeated', (text) => {
  expect(codeOf(text)).toBe('CONFIG_HAS_SECRET');
  expect(() => parseRemoteUrl(text, '')).toThrow(/^((?!pass|abc|token@).)*$/s);
});

test('a token in the place of the URL is not repeated', () => {
  const token = 'eyJhbGciOiJFZERTQSJ9.eyJhIjoicncifQ.c2lnbmF0dXJl';
  expect(codeOf(token)).toBe('URL_UNSUPPORTED');
  expect(() => parseRemoteUrl(token, '')).toThrow(/^((?!eyJ).)*$/s);
});
