import { statusError } from './http-errors';

test.each([
  [401, 'could not decrypt the token', 'REMOTE_UNAUTHORIZED', /auth token variable/],
  [403, 'encryption is not allowed', 'REMOTE_READ_ONLY', /write access/],
  [413, 'too much to encrypt', 'REMOTE_REFUSES_SIZE', /fewer or smaller/],
  [429, 'too many requests to encrypted databases', 'REMOTE_BUSY', /later/],
  [410, 'stream not found: it was encrypted', 'REMOTE_BUSY', /stream/],
  [500, 'not implemented', 'REMOTE_FAILED', /log of the server/],
  [501, 'not implemented', 'REMOTE_NOT_LIBSQL', /database URL/],
  [400, 'no encryption key', 'REMOTE_UNAUTHORIZED', /encryptionKeyVariable/],
])('the status counts before the words of the answer: %s, %s', (status, error, code, hint) => {
  const body = new Uint8Array(Buffer.from(JSON.stringify({ error })));
  const told = statusError({ status, headers: {}, body }, 'http://somewhere');
  expect(told).toMatchObject({ code, hint: expect.stringMatching(hint) as string });
});
