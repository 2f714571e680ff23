import { get, type RequestOptions } from 'node:https';
import { createAuthority } from './certificates';
import { startFront, type Front } from './front';
import { startSqld, type Sqld } from './sqld';
import { requireTool } from './tools';

(requireTool('sqld') ? describe : describe.skip)('a front with TLS', () => {
  const authority = createAuthority();
  let server: Sqld;
  let front: Front | undefined;
  beforeAll(async () => {
    server = await startSqld();
  });
  afterEach(() => front?.stop());
  afterAll(() => server.stop());

  function ask(options: RequestOptions): Promise<number | string> {
    return new Promise((resolve) => {
      get(`${front?.url}/health`, { ...options, agent: false }, (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      }).once('error', (error) => resolve((error as NodeJS.ErrnoException).code ?? error.message));
    });
  }

  test('is trusted by who knows the authority, while the certificate holds, for its host', async () => {
    front = await startFront(server.port, { certified: authority.certify('127.0.0.1') });
    const { cert: ca } = authority;
    expect(await ask({ ca })).toBe(200);
    expect(front.seen.map(({ method, path }) => [method, path])).toEqual([['GET', '/health']]);
    expect(await ask({})).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
    expect(await ask({ ca: createAuthority().cert })).not.toBe(200);
    front.certify(authority.certify('127.0.0.1', { until: new Date(Date.now() - 1000) }));
    expect(await ask({ ca })).toBe('CERT_HAS_EXPIRED');
    front.certify(authority.certify('db.example'));
    expect(await ask({ ca })).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
    front.certify(authority.certify('127.0.0.1', { from: new Date(Date.now() + 3_600_000) }));
    expect(await ask({ ca })).toBe('CERT_NOT_YET_VALID');
    expect(front.seen).toHaveLength(1);
  });
});
