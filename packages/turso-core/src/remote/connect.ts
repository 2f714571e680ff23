import { createFileRemote } from './file/file-remote';
import { createHttpRemote } from './http/http-remote';
import type { Remote } from './remote';
import type { RemoteAddress } from './url';

/**
 * Opens the adapter for an address. Nothing is sent yet: a server that does not answer shows at the first call.
 *
 * @param authToken - the token of a server that asks for one; a file needs none.
 */
export function connect(address: RemoteAddress, authToken?: string): Remote {
  return address.kind === 'file'
    ? createFileRemote(address.file, address.location)
    : createHttpRemote(address.url, address.location, authToken);
}
