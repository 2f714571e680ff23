import { TursoSyncError, type ErrorCode } from '../errors';
import { busy } from './busy';
import { statusError, transportError } from './http-errors';
import { mayBeDone, NotSent, WantedElsewhere } from './outcome';

const HERE = 'http://here';

function ofSocket(code: string, hadConnection?: boolean): TursoSyncError {
  const cause = Object.assign(
    new Error(code),
    { code },
    hadConnection === undefined ? {} : { hadConnection },
  );
  return transportError(cause, HERE);
}

test.each(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'])('%s means that nothing was sent', (code) => {
  for (const error of [ofSocket(code), ofSocket(code, false)]) {
    expect(mayBeDone(error)).toBe(false);
    expect(error).toMatchObject({ code: 'REMOTE_UNREACHABLE', retryable: true });
    expect(error.hint).toMatch(/^The request was not sent\. .*URL/);
  }
});

test.each(['ETIMEDOUT', 'ECONNRESET', 'EPIPE'])('%s depends on whether there was a connection', (code) => {
  expect(mayBeDone(ofSocket(code, false))).toBe(false);
  expect(mayBeDone(ofSocket(code, true))).toBe(true);
  // If unknown, the request may have arrived.
  expect(mayBeDone(ofSocket(code))).toBe(true);
  expect(ofSocket(code, true).hint).not.toMatch(/URL|not sent/);
});

test('an answer that refuses a request neither leaves it open nor blames the URL', () => {
  const answer = (status: number, headers = {}): TursoSyncError =>
    statusError({ status, headers, body: new Uint8Array(0) }, HERE);
  const refusals: [TursoSyncError, ErrorCode][] = [
    [answer(401), 'REMOTE_UNAUTHORIZED'],
    [answer(402), 'REMOTE_BLOCKED'],
    [answer(403), 'REMOTE_READ_ONLY'],
    [answer(413), 'REMOTE_REFUSES_SIZE'],
    [answer(429), 'REMOTE_BUSY'],
    [answer(503, { 'retry-after': '9' }), 'REMOTE_BUSY'],
    [busy('429', HERE), 'REMOTE_BUSY'],
  ];
  for (const [error, code] of refusals) {
    expect(error.code).toBe(code);
    expect(mayBeDone(error)).toBe(false);
    expect(`${error.message} ${error.hint}`).not.toContain('URL');
  }
  expect([408, 500, 502, 504].map((status) => mayBeDone(answer(status)))).toEqual([true, true, true, true]);
});

test('a request that this process did not send was not, and one that is wanted elsewhere was not done', () => {
  for (const cause of [new NotSent(), new WantedElsewhere()])
    expect(mayBeDone(new TursoSyncError('REMOTE_REDIRECTED', 'elsewhere', { cause }))).toBe(false);
  expect(mayBeDone(new TursoSyncError('REMOTE_REDIRECTED', 'elsewhere'))).toBe(true);
});
