import fs from 'node:fs';
import path from 'node:path';
import { TursoSyncError } from '../errors';
import { parseRemoteUrl } from './url';

/** The rules of all languages. */
const CONTRACT = path.join(__dirname, '../../../turso-ffi/contract/urls.txt');

const rules = fs
  .readFileSync(CONTRACT, 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => line.split(' => ') as [string, string]);

test.each(rules)('%s => %s', (text, meaning) => {
  expect(meaningOf(text)).toBe(meaning);
});

function meaningOf(text: string): string {
  try {
    const address = parseRemoteUrl(text, '/project');
    if (address.kind === 'file') return `file ${address.file.replace(/^\/project\//, '')}`;
    const { protocol, hostname, port, pathname } = address.url;
    const parts = [protocol.replace(':', ''), hostname, port || (protocol === 'https:' ? '443' : '80')];
    return [...parts, pathname.replace(/\/$/, '')].filter((part) => part !== '').join(' ');
  } catch (error) {
    if (!(error instanceof TursoSyncError)) throw error;
    expect(error.hint).toBeTruthy();
    return error.code;
  }
}

test.each([
  ['LIBSQL://DB.turso.io', 'https://db.turso.io/', 'libsql://db.turso.io'],
  ['https://db.turso.io:443/', 'https://db.turso.io/', 'https://db.turso.io'],
  ['libsql://localhost:8080?tls=0', 'http://localhost:8080/', 'libsql://localhost:8080'],
  ['libsql://localhost:443?tls=0', 'http://localhost:443/', 'libsql://localhost:443'],
  // Requests go below the path. Without the slash, they would replace its last part.
  ['https://proxy.example/db', 'https://proxy.example/db/', 'https://proxy.example/db'],
])('%s is the server %s, shown as %s', (text, url, location) => {
  const address = parseRemoteUrl(text, '/project');
  expect(address.kind === 'http' && address.url.href).toBe(url);
  expect(address.location).toBe(location);
});

test.each([
  ['file:./a/../remote.db', '/project/remote.db'],
  ['file:../other/remote.db', '/other/remote.db'],
])('%s is the file %s', (text, file) => {
  expect(parseRemoteUrl(text, '/project')).toEqual({ kind: 'file', file, location: `file:${file}` });
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
  'libsql://db.turso.io#jwt=abc',
])('%s carries a secret, which is not repeated', (text) => {
  expect(meaningOf(text)).toBe('CONFIG_HAS_SECRET');
  expect(() => parseRemoteUrl(text, '')).toThrow(/^((?!pass|abc|token@).)*$/s);
});

test('a token in the place of the URL is not repeated', () => {
  const token = 'eyJhbGciOiJFZERTQSJ9.eyJhIjoicncifQ.c2lnbmF0dXJl';
  expect(meaningOf(token)).toBe('URL_UNSUPPORTED');
  expect(() => parseRemoteUrl(token, '')).toThrow(/^((?!eyJ).)*$/s);
});
