import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';

/** The claims that libsql-server reads. */
export interface TokenClaims {
  /** Access: read and write, or read only. */
  readonly a: 'rw' | 'ro';
  /** When the token expires, in seconds since 1970. */
  readonly exp: number;
}

/** A key for a server and tokens for its clients. */
export interface Tokens {
  /** The public key as SPKI PEM, for `sqld --auth-jwt-key-file`. */
  readonly publicKey: string;
  readonly readWriteToken: string;
  readonly readOnlyToken: string;
  /** A read-write token that expired an hour ago. */
  readonly expiredToken: string;
}

const HOUR = 3600;

/** Makes a new Ed25519 key pair and tokens signed with it. The valid ones last an hour. */
export function createTokens(): Tokens {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const now = Math.floor(Date.now() / 1000);
  return {
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    readWriteToken: signToken(privateKey, { a: 'rw', exp: now + HOUR }),
    readOnlyToken: signToken(privateKey, { a: 'ro', exp: now + HOUR }),
    expiredToken: signToken(privateKey, { a: 'rw', exp: now - HOUR }),
  };
}

/** Signs claims as a JSON web token with an Ed25519 private key. */
export function signToken(privateKey: KeyObject, claims: TokenClaims): string {
  const content = `${encode({ alg: 'EdDSA', typ: 'JWT' })}.${encode(claims)}`;
  return `${content}.${sign(null, Buffer.from(content), privateKey).toString('base64url')}`;
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
