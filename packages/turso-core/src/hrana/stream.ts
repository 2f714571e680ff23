import { TursoSyncError } from '../errors';
import { checkParts } from './answer-parts';
import { inKnownEncoding } from './encodings/encodings';
import type { HranaAnswer, HranaEncoding, HranaRequest, HranaResult } from './hrana';
import type { HttpClient } from './http-client';
import { notLibsql } from './http-errors';

/** One connection of the server's own: what is begun in one request, a later one can go on with. */
export interface HranaStream {
  /**
   * Sends requests, and answers with a result for each. `timeout` is for all of it, in milliseconds. Default is no limit but those on
   * silence.
   */
  send(requests: readonly HranaRequest[], timeout?: number): Promise<readonly HranaResult[]>;
  /** Whether the server has it still, as far as its latest answer tells. Lost where an answer was. */
  readonly isOpen: boolean;
  /** Whether steps may depend on `is_autocommit`; known from the first answer on. */
  readonly knowsAutocommit: boolean;
}

/** Opens a stream. The server knows of it from the first request on; it ends by a request to close it, or when it has been idle for 10 s. */
export function openStream(client: HttpClient): HranaStream {
  let begun: { readonly encoding: HranaEncoding; readonly baton: string | null } | undefined;
  let base = client.url.href;
  let isOpen = true;
  return {
    get isOpen() {
      return isOpen;
    },
    get knowsAutocommit() {
      return begun?.encoding.knowsAutocommit === true;
    },
    async send(requests, timeout) {
      const baton = begun?.baton ?? null;
      const askIn = (encoding: HranaEncoding): Promise<HranaAnswer> => {
        // In one piece: each is a packet on its own.
        const body = Buffer.concat(encoding.encode(baton, requests));
        return ask(client, { encoding, url: `${base}${encoding.path}`, body, requests, timeout });
      };
      // A baton is good for one request.
      isOpen = false;
      const { encoding, answer } =
        begun === undefined
          ? await inKnownEncoding(client, askIn)
          : { encoding: begun.encoding, answer: await askIn(begun.encoding) };
      begun = { encoding, baton: answer.baton };
      isOpen = answer.baton !== null;
      if (answer.baseUrl !== null) base = answer.baseUrl.replace(/\/*$/, '/');
      return answer.results;
    },
  };
}

interface Asked {
  readonly encoding: HranaEncoding;
  readonly url: string;
  readonly body: Uint8Array;
  readonly requests: readonly HranaRequest[];
  readonly timeout: number | undefined;
}

async function ask(
  client: HttpClient,
  { encoding, url, body, requests, timeout }: Asked,
): Promise<HranaAnswer> {
  const limit = timeout === undefined ? {} : { timeout };
  const { body: bytes } = await client.post(url, encoding.contentType, [body], limit);
  checkParts(bytes, encoding.type, client.location);
  try {
    const answer = encoding.decode(bytes, requests);
    client.tally.add(answer.used);
    if (answer.results.length === requests.length) return answer;
  } catch (error) {
    if (error instanceof TursoSyncError || !(error instanceof RangeError)) throw error;
  }
  throw notLibsql(client.location, 'its answer to a query is none');
}
