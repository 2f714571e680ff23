import { capabilitiesOf } from '../capabilities';
import type { HranaEncoding } from '../hrana';
import type { HttpClient } from '../http-client';
import { isNoRoute } from '../outcome';
import { JSON_2, JSON_3 } from './json';
import { PROTOBUF } from './protobuf';

/**
 * The encodings that a server may know, best first: Protocol Buffers are several times as fast to read as JSON, take blobs as they are, and
 * have infinities.
 */
const ENCODINGS: readonly HranaEncoding[] = [PROTOBUF, JSON_3, JSON_2];

/**
 * Asks a server in the encoding that it knows. Which one that is, its first answer tells: the path of an encoding that it does not
 * know is not there, and nothing is done, so that a write may be sent there too. It may also change later. Throws what came of the first
 * one if the server knows none.
 *
 * @param ask - is told whether the server has known the encoding before.
 */
export async function inKnownEncoding<T>(
  client: HttpClient,
  ask: (encoding: HranaEncoding, isKnown: boolean) => Promise<T>,
): Promise<{ readonly encoding: HranaEncoding; readonly answer: T }> {
  const capabilities = capabilitiesOf(client);
  const known = ENCODINGS.find(({ name }) => name === capabilities.all.encoding);
  let first: unknown;
  for (const encoding of new Set([...(known === undefined ? [] : [known]), ...ENCODINGS])) {
    try {
      const answer = await ask(encoding, encoding === known);
      capabilities.note({ encoding: encoding.name, autocommitConditions: encoding.knowsAutocommit });
      return { encoding, answer };
    } catch (error) {
      if (!isNoRoute(error)) throw error;
      first ??= error;
    }
  }
  throw first;
}
