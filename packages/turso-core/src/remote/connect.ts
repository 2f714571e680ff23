import { checkOptions, type OptionKinds } from '../check-options';
import { createFileRemote } from './file/file-remote';
import { createServerRemote } from './server/server-remote';
import type { ConnectOptions, Remote } from './remote';
import type { RemoteAddress } from './url';

/** Opens the adapter for an address. Sends nothing yet: the first call reports an unreachable server. */
export function connect(address: RemoteAddress, options: ConnectOptions = {}): Remote {
  checkOptions('connect()', options, KINDS);
  return address.kind === 'file'
    ? createFileRemote(address.file, address.location)
    : createServerRemote(address.url, address.location, options);
}

const KINDS: OptionKinds<ConnectOptions> = {
  authToken: 'any',
  encryptionKey: 'any',
  allowHttpToken: 'boolean',
  signal: 'signal',
};
