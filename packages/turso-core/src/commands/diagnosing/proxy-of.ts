import { TursoSyncError } from '../../errors';
import { proxyFor, type Proxy } from '../../hrana/proxy';
import type { RemoteAddress } from '../../remote/url';

/**
 * Returns the proxy for requests to a remote. Null without a proxy, or if its address is invalid, as the connection has
 * already reported.
 */
export function proxyOf(address: RemoteAddress | null): Proxy | null {
  if (address?.kind !== 'http') return null;
  try {
    return proxyFor(address.url);
  } catch (error) {
    if (error instanceof TursoSyncError) return null;
    throw error;
  }
}
