import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { systemCode } from './system-code';
import { TursoSyncError } from 'turso-core/own-process';

/**
 * Returns a free port of the loopback interface: the given one, or any for 0. Throws USAGE if it is taken or not a
 * port.
 */
export async function freePort(wanted: number): Promise<number> {
  if (!Number.isInteger(wanted) || wanted < 0 || wanted > 65_535)
    throw new TursoSyncError('USAGE', `${wanted} is no port.`, {
      hint: 'Give a number up to 65535; 0 takes any that is free.',
    });
  const server = createServer().listen(wanted, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    const why = systemCode(error) === 'EADDRINUSE' ? 'is taken' : 'cannot be used';
    throw new TursoSyncError('USAGE', `Port ${wanted} ${why}.`, {
      hint: 'End the other program, or give another port: `--port 8081`. 0 takes any that is free.',
      cause: error,
    });
  }
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
