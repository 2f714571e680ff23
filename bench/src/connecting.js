// @ts-check
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { getCACertificates, rootCertificates } = require('node:tls');
const { createAuthority, makeTempDir, removeTempDir, startFront } = require('@turso-sync/testing');

/** How much more CPU time than a file a connection may take, in seconds. */
const MORE = 0.003;

/**
 * The seconds that a program prints, from the one with the most to read to the file, which a bench compares with the first.
 * @param {Record<string, number[]>} seconds
 */
function connectLines({ fresh = [], file = [], kept = [], remote = [], first = [] }) {
  return {
    'with a new replica': fresh,
    'a file': file,
    'with a replica that is there': kept,
    'without a replica': remote,
    'without one, the first': first,
  };
}

/**
 * A way to a server over HTTPS, for programs that read as many certificates as they would anywhere.
 * @param {number} port
 */
async function withTls(port) {
  const authority = createAuthority();
  const front = await startFront(port, { certified: authority.certify('127.0.0.1') });
  const dir = makeTempDir('bench-');
  const bundle = path.join(dir, 'bundle.pem');
  const roots = getCACertificates?.('system') ?? rootCertificates;
  fs.writeFileSync(bundle, [...roots, authority.cert].join('\n'));
  return {
    url: front.url,
    env: { SSL_CERT_FILE: bundle, NODE_EXTRA_CA_CERTS: bundle },
    async stop() {
      await front.stop();
      removeTempDir(dir);
    },
  };
}

module.exports = { connectLines, MORE, withTls };
