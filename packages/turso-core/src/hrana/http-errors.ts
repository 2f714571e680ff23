import { systemCode, TursoSyncError } from '../errors';
import { FOR_COMMANDS, type Advice } from './advice';
import { busy, isRefused } from './busy';
import type { HttpAnswer } from './exchange';
import { UnknownStatus, wasNeverSent } from './outcome';
import { tlsError } from './tls-errors';

/** Returns a socket's error (refused, unknown host, silence, interrupted) as a TursoSyncError. */
export function transportError(error: unknown, location: string): TursoSyncError {
  const code = systemCode(error) || systemCode((error as { cause?: unknown }).cause);
  const isCut = ['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE'].includes(code);
  // If TLS fails after the handshake, it has already carried a request.
  const hadConnection = (error as { hadConnection?: boolean }).hadConnection === true;
  if (isCut || (hadConnection && /^EPROTO$|^ERR_SSL_/.test(code))) {
    return new TursoSyncError('REMOTE_INTERRUPTED', `The connection to ${location} broke off.`, {
      hint: 'Try again. If it happens every time, look at the server and at proxies in between.',
      retryable: true,
      cause: error,
    });
  }
  // From Node's parser of HTTP.
  if (code.startsWith('HPE_')) return notLibsql(location, `it breaks the rules of HTTP: ${code}`, error);
  const untrusted = tlsError(code, location, error);
  if (untrusted !== null) return untrusted;
  const reason = {
    ENOTFOUND: 'unknown host',
    EAI_AGAIN: 'the name of the host cannot be looked up',
    ECONNREFUSED: 'connection refused',
    ETIMEDOUT: 'no answer in time',
  }[code];
  return unreachable(
    location,
    reason ?? (code || 'network error'),
    wasNeverSent(error)
      ? 'The request was not sent. Check the database URL, that the server runs, and the network.'
      : 'There was a connection. Look at the load and the log of the server, and at proxies in between.',
    error,
  );
}

function unreachable(location: string, reason: string, hint: string, cause: unknown): TursoSyncError {
  const message = `${location} does not answer (${reason}).`;
  return new TursoSyncError('REMOTE_UNREACHABLE', message, { hint, retryable: true, cause });
}

/** Returns an answer with an HTTP status of 300 and above as a TursoSyncError. */
export function statusError(
  answer: HttpAnswer,
  location: string,
  advice: Advice = FOR_COMMANDS,
): TursoSyncError {
  const { status } = answer;
  const body = new TextDecoder().decode(answer.body);
  const told = `${status}${detailOf(body)}`;
  if (status === 401) return unauthorized(`${location} refuses the token (${told}).`, advice);
  if (status === 402) return blocked(`${location} asks for a plan with more (${told}).`);
  if (status === 403) return readOnly(`${location} does not allow this with the given token (${told}).`);
  if (status === 413) return requestTooLarge(`${location} does not take a request of this size (${told}).`);
  if (isRefused(answer)) return busy(told, location);
  if (status === 408 || (status >= 500 && status !== 501)) return unfinished(status, told, location);
  if (status === 410 || /STREAM_(?:EXPIRED|LOST|NOT_FOUND)|invalid baton|stream not found/i.test(body))
    return streamLost(location);
  if (/encrypt|decrypt/i.test(detailOf(body)))
    return wrongKey(`${location} refuses the encryption key (${told}).`, advice);
  return notLibsql(location, `HTTP status ${told}`, new UnknownStatus(status));
}

/** Creates the error for an unknown outcome of a request: a write may have happened. */
function unfinished(status: number, told: string, location: string): TursoSyncError {
  const isProxy = status === 502 || status === 504;
  const message =
    status === 408 ? `did not finish a request in time (${told})` : `failed to answer (${told})`;
  return new TursoSyncError('REMOTE_FAILED', `${location} ${message}.`, {
    hint: isProxy
      ? 'A proxy on the way has lost the server. Try again.'
      : status === 408
        ? 'Try again. If it happens every time, send less at a time.'
        : 'Look at the log of the server, then try again.',
    retryable: true,
  });
}

/** Creates the error for a stream ended by the server, or whose latest answer was lost. */
export function streamLost(location: string): TursoSyncError {
  return responseError('STREAM_EXPIRED', 'the server gave up the stream of an earlier request', location);
}

/** Returns an error from the server's answer as a TursoSyncError. */
export function responseError(
  code: string,
  message: string,
  location: string,
  cause?: unknown,
): TursoSyncError {
  if (code.startsWith('BLOCKED')) return blocked(`${location} blocks this: ${message}.`);
  if (
    /^(AUTH|SQL_AUTH|SQLITE_AUTH|SQLITE_READONLY)/.test(code) ||
    /not authorized|read.?only/i.test(message)
  ) {
    return readOnly(`${location} does not allow this with the given token (${message}).`);
  }
  if (code === 'RESPONSE_TOO_LARGE')
    return new TursoSyncError('RESPONSE_TOO_LARGE', `${location}: ${message}.`, {
      hint: 'Ask for fewer or smaller rows at a time.',
    });
  const busy = /BUSY|LOCKED|TRANSACTION_TIMEOUT|STREAM_EXPIRED/.test(code);
  return new TursoSyncError(busy ? 'REMOTE_BUSY' : 'REMOTE_FAILED', `${location}: ${message} (${code})`, {
    hint: busy
      ? code === 'STREAM_EXPIRED'
        ? 'Nothing was changed. A server ends a stream that is idle for some seconds. Try again.'
        : 'Another writer holds the database. Try again.'
      : "Nothing was changed. The message above is the server's own.",
    retryable: busy,
    cause,
  });
}

/** Creates the error for a token refused by the server. */
export function unauthorized(message: string, { token }: Advice): TursoSyncError {
  return new TursoSyncError('REMOTE_UNAUTHORIZED', message, { hint: token });
}

/** Creates the error for a key refused or required by the server. */
export function wrongKey(message: string, { key }: Advice): TursoSyncError {
  return new TursoSyncError('REMOTE_UNAUTHORIZED', message, { hint: key });
}

function blocked(message: string): TursoSyncError {
  return new TursoSyncError('REMOTE_BLOCKED', message, {
    hint: 'Nothing was changed. The limit of a plan may be used up: look at the plan and the usage of the database, not at the token.',
  });
}

function requestTooLarge(message: string): TursoSyncError {
  return new TursoSyncError('REMOTE_REFUSES_SIZE', message, {
    hint: 'Nothing was changed. Change fewer or smaller rows at a time, or raise the limit of the proxy on the way.',
  });
}

function readOnly(message: string): TursoSyncError {
  return new TursoSyncError('REMOTE_READ_ONLY', message, {
    hint: 'Writing needs a token with write access: `turso db tokens create` without --read-only. If it has that, the database may be blocked.',
  });
}

/** Creates the error for a server that redirects its clients. */
export function redirected(location: string, to: string, cause?: unknown): TursoSyncError {
  return new TursoSyncError('REMOTE_REDIRECTED', `${location} sends requests on to another place: ${to}.`, {
    hint: 'Nothing was sent there, neither data nor a token. If that is where your database is, put its address into the database URL.',
    cause,
  });
}

/** Creates the error for an endless answer. */
export function answerTooLarge(location: string, limit: number): TursoSyncError {
  return new TursoSyncError(
    'RESPONSE_TOO_LARGE',
    `${location} answered a request with more than ${Math.floor(limit / 1_000_000)} MB.`,
    { hint: NO_SERVER_DOES },
  );
}

/** Creates the error for an answer whose rows and values take much more memory than its bytes. */
export function tooManyParts(location: string, limit: number): TursoSyncError {
  return new TursoSyncError(
    'RESPONSE_TOO_LARGE',
    `${location} answered a request with more than ${limit / 1_000_000} million rows and values.`,
    { hint: NO_SERVER_DOES },
  );
}

const NO_SERVER_DOES = 'No libSQL server does so. Check the database URL, and the proxies in between.';

/** Creates the error for a server of another kind. */
export function notLibsql(location: string, reason: string, cause?: unknown): TursoSyncError {
  return new TursoSyncError(
    'REMOTE_NOT_LIBSQL',
    `${location} does not answer like a libSQL server (${reason}).`,
    {
      hint: 'Check the database URL: it must be the address of a Turso database or of a libsql-server. Look at proxies in between, too.',
      cause,
    },
  );
}

// Servers send {"error": "..."} or plain text; a page of HTML helps nobody.
function detailOf(body: string): string {
  const text = /^\s*\{/.test(body) ? (/"error"\s*:\s*"([^"]*)"/.exec(body)?.[1] ?? '') : body.trim();
  return text === '' || text.startsWith('<') ? '' : `: ${text.slice(0, 200)}`;
}
