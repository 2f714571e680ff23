import { createTokens, refusesToken } from './tokens';

const free = (): void => undefined;

test('a function is asked when a token is needed, once for all callers, and again after a refusal', async () => {
  let asked = 0;
  const tokens = createTokens(async () => `token-${++asked}`, free);
  expect(tokens.known).toBeUndefined();
  expect(await Promise.all([tokens.current(), tokens.current()])).toEqual(['token-1', 'token-1']);
  expect(await tokens.current()).toBe('token-1');
  const renewed = await Promise.all([tokens.insteadOf('token-1'), tokens.insteadOf('token-1')]);
  expect(renewed).toEqual(['token-2', 'token-2']);
  // Whoever was refused earlier gets the one that is there.
  expect(await tokens.insteadOf('token-1')).toBe('token-2');
  expect(asked).toBe(2);
});

test('a token that is set wins over a running question, and ends no caller', async () => {
  let answer: (token: string) => void = free;
  const tokens = createTokens(() => new Promise<string>((resolve) => (answer = resolve)), free);
  const waiting = tokens.current();
  tokens.set('given');
  expect(await tokens.current()).toBe('given');
  answer('late');
  expect(await waiting).toBe('given');
  expect(tokens.known).toBe('given');
});

test('a fixed token is replaced only by setting another', async () => {
  const tokens = createTokens(' fixed\n', free);
  expect(await tokens.insteadOf('fixed')).toBe('fixed');
  tokens.set('other');
  expect(await tokens.insteadOf('fixed')).toBe('other');
  tokens.set('');
  expect(await tokens.current()).toBeUndefined();
});

test.each<[string, () => unknown, { code: string; message: string }]>([
  ['undefined', () => undefined, { code: 'USAGE', message: 'but undefined' }],
  ['null', () => null, { code: 'USAGE', message: 'but null' }],
  ['another type', async () => ({ token: 'hidden' }), { code: 'USAGE', message: 'of the type object' }],
  ['a number', () => 7, { code: 'USAGE', message: 'of the type number' }],
  [
    'a rejection',
    () => Promise.reject(new Error('hidden')),
    { code: 'REMOTE_UNAUTHORIZED', message: 'authToken failed' },
  ],
  [
    'a throw',
    () => {
      throw new Error('hidden');
    },
    { code: 'REMOTE_UNAUTHORIZED', message: 'authToken failed' },
  ],
  ['silence', () => new Promise(free), { code: 'REMOTE_UNAUTHORIZED', message: 'did not answer in time' }],
])('%s instead of a token is a clear error, and the next call asks again', async (_what, ask, expected) => {
  let asks = ask as () => string;
  const tokens = createTokens(() => asks(), free);
  const error: unknown = await tokens.current(20).catch((reason: unknown) => reason);
  const message = expect.stringContaining(expected.message) as string;
  expect(error).toMatchObject({ code: expected.code, message, retryable: false });
  expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain('hidden');
  if (expected.message.includes('in time')) return;
  asks = () => 'good';
  expect(await tokens.current(20)).toBe('good');
});

test('a token that must not be sent is not kept', async () => {
  const tokens = createTokens(
    () => 'bad',
    (token) => {
      if (token === 'bad') throw new Error('refused');
    },
  );
  await expect(tokens.current()).rejects.toThrow('refused');
  expect(() => tokens.set('bad')).toThrow('refused');
  expect(tokens.known).toBeUndefined();
});

test('a server refuses a token by HTTP and by gRPC', () => {
  expect(refusesToken({ status: 401, headers: {} })).toBe(true);
  expect(refusesToken({ status: 200, headers: { 'grpc-status': '16' } })).toBe(true);
  const told = 'Error%20parsing%20auth%20header:%20Expected%20authorization%20header%20but%20none%20given';
  expect(refusesToken({ status: 200, headers: { 'grpc-status': '13', 'grpc-message': told } })).toBe(true);
  expect(refusesToken({ status: 200, headers: { 'grpc-status': '9', 'grpc-message': 'NO_HELLO' } })).toBe(
    false,
  );
  expect(refusesToken({ status: 403, headers: {} })).toBe(false);
});
