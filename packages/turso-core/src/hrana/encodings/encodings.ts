import { capabilitiesOf } from '../capabilities';
import type { HranaEncoding } from '../hrana';
import type { HttpClient } from '../http-client';
import { isNoRoute } from '../outcome';
import { JSON_2, JSON_3 } from './json';
import { PROTOBUF } from './protobuf';

/**
 * The possible encodings of a server, best first. Protocol Buffers are several times as fast to read as JSON, need no
 * conversion of blobs, and have infinities.
 */
const ENCODINGS: readonly HranaEncoding[] = [PROTOBUF, JSON_3, JSON_2];

/**
 * Sends a request in an encoding known to the server. The first answer shows the encoding: the path of an unknown one
 * is missing, and nothing is done. So even a write is safe there. The encoding may also change later. If the server
 * knows none, throws the error of the first.
 *
 * @param ask - receives whether the server has used the encoding before.
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
