import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { isIP } from 'node:net';

/** A private key and its certificate, as PEM. */
export interface Certified {
  readonly key: string;
  readonly cert: string;
}

/** From when to when a certificate holds. Default is from an hour ago for a day. */
export interface Validity {
  readonly from?: Date;
  readonly until?: Date;
}

/** An authority that nobody trusts but who is told its certificate. */
export interface Authority {
  /** Its own certificate, as PEM. */
  readonly cert: string;
  /** Makes a key and a certificate for a host: a name or an IPv4 address. */
  certify(host: string, validity?: Validity): Certified;
}

const HOUR = 3_600_000;

/**
 * Makes an authority for tests of TLS. Node makes keys and signatures but no certificates, and `openssl` is not everywhere; these have just what
 * TLS looks at (RFC 5280).
 *
 * @example
 * const authority = createAuthority();
 * writeFileSync('ca.pem', authority.cert); // NODE_EXTRA_CA_CERTS=ca.pem
 * const server = https.createServer(authority.certify('127.0.0.1'));
 */
export function createAuthority(name = 'An authority for tests'): Authority {
  const pair = makeKeys();
  const issuer = { name, key: pair.privateKey };
  return {
    cert: certificate({ name, publicKey: pair.publicKey, isAuthority: true }, issuer, {}),
    certify(host, validity = {}) {
      const own = makeKeys();
      return {
        key: own.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
        cert: certificate({ name: host, publicKey: own.publicKey, isAuthority: false }, issuer, validity),
      };
    },
  };
}

function makeKeys(): { publicKey: KeyObject; privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

interface Subject {
  readonly name: string;
  readonly publicKey: KeyObject;
  readonly isAuthority: boolean;
}

function certificate(
  { name, publicKey, isAuthority }: Subject,
  issuer: { readonly name: string; readonly key: KeyObject },
  { from = new Date(Date.now() - HOUR), until = new Date(Date.now() + 23 * HOUR) }: Validity,
): string {
  const content = sequence(
    tagged(0, der(INTEGER, [2])),
    der(INTEGER, [1, ...randomBytes(8)]),
    ECDSA_WITH_SHA256,
    nameOf(issuer.name),
    sequence(time(from), time(until)),
    nameOf(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(3, sequence(...(isAuthority ? AUTHORITY : [alternativeName(name)]))),
  );
  const signature = sign('sha256', content, issuer.key);
  const whole = sequence(content, ECDSA_WITH_SHA256, der(BIT_STRING, [0, ...signature]));
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const UTF8_STRING = 0x0c;
const GENERALIZED_TIME = 0x18;
const SEQUENCE = 0x30;
const SET = 0x31;

/** A value with its tag and length. */
function der(tag: number, content: Iterable<number>): Buffer {
  const bytes = Buffer.from([...content]);
  const size = bytes.length;
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), bytes]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(SEQUENCE, Buffer.concat(parts));
}

function tagged(number: number, content: Buffer): Buffer {
  return der(0xa0 | number, content);
}

/** An object identifier, of bytes as they are encoded. */
function identifier(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'));
}

/** 1.2.840.10045.4.3.2 */
const ECDSA_WITH_SHA256 = sequence(identifier('2a8648ce3d040302'));

function nameOf(text: string): Buffer {
  // 2.5.4.3, the common name.
  return sequence(der(SET, sequence(identifier('550403'), der(UTF8_STRING, Buffer.from(text)))));
}

function time(date: Date): Buffer {
  return der(GENERALIZED_TIME, Buffer.from(date.toISOString().replace(/[-:T]|\.\d+/g, '')));
}

function extension(hex: string, content: Buffer): Buffer {
  return sequence(identifier(hex), der(OCTET_STRING, content));
}

/** Basic constraints (2.5.29.19) that say that it is one. */
const AUTHORITY = [extension('551d13', sequence(Buffer.from([0x01, 0x01, 0xff])))];

/** 2.5.29.17, for which hosts it is. */
function alternativeName(host: string): Buffer {
  const name = isIP(host) === 4 ? der(0x87, host.split('.').map(Number)) : der(0x82, Buffer.from(host));
  return extension('551d11', sequence(name));
}
