// @ts-check
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { getCACertificates, rootCertificates } = require('node:tls');
const { createAuthority, makeTempDir, removeTempDir, startFront } = require('@turso-sync/testing');
const { measureFfi } = require('./ffi');

/** How much more CPU time than a file a connection may take, in seconds. */
const MORE = 0.003;

/**
 * The bench of connecting in turso-ffi: from what takes most to the file, which it is compared with.
 * @param {string} name
 * @param {'HTTP' | 'HTTPS'} protocol
 */
function connectBench(name, protocol) {
  const way = protocol === 'HTTPS' ? { urlOf: withTls } : {};
  return {
    name,
    what: `connecting over ${protocol} in turso-ffi, beside a file, CPU (means of 50)`,
    over: MORE,
    async measure(/** @type {number} */ runs) {
      const seconds = await measureFfi('rust', ['connect'], { runs, ...way });
      const { fresh = [], file = [], kept = [], remote = [], first = [] } = seconds;
      return {
        'with a new replica': fresh,
        'a file': file,
        'with a replica that is there': kept,
        'without a replica': remote,
        'without one, the first': first,
      };
    },
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

module.exports = { connectBench, MORE };
