import { generateKeyPairSync } from 'node:crypto';
import { startSqld, type SqldWithAuth } from './sqld';
import { execOn, queryOn } from './statements';
import { createTokens, signToken } from './tokens';
import { requireTool } from './tools';

const describeWithSqld = requireTool('sqld') ? describe : describe.skip;

describeWithSqld('a server that asks for tokens', () => {
  let sqld: SqldWithAuth;
  beforeAll(async () => {
    sqld = await startSqld({ auth: true });
    await execOn(sqld, 'CREATE TABLE t(v)');
  });
  afterAll(() => sqld.stop());

  test('lets the read-write token write', async () => {
    await execOn(sqld, 'INSERT INTO t VALUES(1)', sqld.readWriteToken);
  });

  test('lets the read-only token read, not write', async () => {
    expect(await queryOn(sqld, 'SELECT count(*) >= 0 FROM t', sqld.readOnlyToken)).toEqual([[1n]]);
    await expect(execOn(sqld, 'INSERT INTO t VALUES(2)', sqld.readOnlyToken)).rejects.toThrow('HTTP 403');
  });

  test('refuses the expired token', async () => {
    await expect(queryOn(sqld, 'SELECT 1', sqld.expiredToken)).rejects.toThrow('HTTP 401');
  });

  test('refuses a token signed with another key', async () => {
    await expect(queryOn(sqld, 'SELECT 1', createTokens().readWriteToken)).rejects.toThrow('HTTP 401');
  });

  test('refuses a client without a token', async () => {
    await expect(queryOn({ url: sqld.url }, 'SELECT 1')).rejects.toThrow('HTTP 401');
  });
});

test('signToken writes a JSON web token', () => {
  const [header, claims, signature] = signToken(generateKeyPairSync('ed25519').privateKey, {
    a: 'ro',
    exp: 7,
  })
    .split('.')
    .map((part) => Buffer.from(part, 'base64url'));
  expect(JSON.parse(String(header))).toEqual({ alg: 'EdDSA', typ: 'JWT' });
  expect(JSON.parse(String(claims))).toEqual({ a: 'ro', exp: 7 });
  expect(signature).toHaveLength(64);
});
