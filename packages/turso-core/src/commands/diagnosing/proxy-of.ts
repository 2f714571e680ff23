import { TursoSyncError } from '../../errors';
import { proxyFor, type Proxy } from '../../hrana/proxy';
import type { RemoteAddress } from '../../remote/url';

/** The proxy that requests to a remote go through; null for none, and for one that the connection has found to be no address. */
export function proxyOf(address: RemoteAddress | null): Proxy | null {
  if (address?.kind !== 'http') return null;
  try {
    return proxyFor(address.url);
  } catch (error) {
    if (error instanceof TursoSyncError) return null;
    throw error;
  }
}
