import { TursoSyncError } from '../errors';

/**
 * Returns a TLS failure as a TursoSyncError: nothing of the request was sent. Returns null for other codes.
 *
 * @param code - the code of Node's error.
 */
export function tlsError(code: string, location: string, cause: unknown): TursoSyncError | null {
  const found = REASONS.find(([pattern]) => pattern.test(code));
  if (found === undefined) return null;
  const [, reason, hint] = found;
  const message = `${location} cannot be trusted: ${reason} (${code}). Nothing was sent.`;
  return new TursoSyncError('REMOTE_TLS', message, { hint, cause });
}

const REASONS: readonly (readonly [code: RegExp, reason: string, hint: string])[] = [
  [
    /^CERT_HAS_EXPIRED$/,
    'its certificate has expired',
    'Renew the certificate of the server, or of the proxy before it. If it is valid, set the clock of this machine.',
  ],
  [
    /^CERT_NOT_YET_VALID$/,
    'its certificate is not valid yet',
    'Set the clock of this machine. If it is right, give the server another certificate.',
  ],
  [
    /ALTNAME/,
    'its certificate is for another host',
    'Check the host in the database URL: it must be one that the certificate names.',
  ],
  [
    /^(?:DEPTH_ZERO_)?SELF_SIGNED|^UNABLE_TO_|^CERT_(?:UNTRUSTED|SIGNATURE_FAILURE)$/,
    'no authority that Node trusts has signed its certificate',
    'If the authority is your own, name the file with its certificate (PEM) in NODE_EXTRA_CA_CERTS. If it is not, somebody may be in between: check the URL and the network.',
  ],
  [/CERT/, 'its certificate is not valid', 'Check the certificate of the server, and the database URL.'],
  [
    /^EPROTO$|WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG/,
    'it speaks no TLS, or none that Node speaks',
    'Is it a server without TLS? Then write http://, or add ?tls=0 to libsql://.',
  ],
  [
    /^ERR_SSL_/,
    'no TLS connection could be made',
    'Check the TLS settings of the server and of proxies in between.',
  ],
];
