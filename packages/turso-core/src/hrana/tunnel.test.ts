import { startConnectProxy } from '@turso-sync/testing';
import { openTunnel } from './tunnel';

test('a proxy that says nothing is given up', async () => {
  const silent = await startConnectProxy({ leadsTo: 1, instead: 'silence' });
  const proxy = { url: new URL(silent.url), variable: 'HTTPS_PROXY' };
  try {
    await expect(openTunnel(proxy, { host: '::1', port: 443 }, 200)).rejects.toMatchObject({
      code: 'PROXY_FAILED',
      message: `The proxy 127.0.0.1:${silent.port} opens no connection to [::1]:443 (no answer in time). Nothing was sent.`,
      retryable: true,
    });
  } finally {
    await silent.stop();
  }
});
