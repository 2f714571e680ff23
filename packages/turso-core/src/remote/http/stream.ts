import { TursoSyncError } from '../../errors';
import { checkParts } from './answer-parts';
import { decodeAnswer, encodeRequests, type HranaAnswer, type HranaRequest, type HranaResult } from './hrana';
import type { HttpClient } from './http-client';
import { notLibsql } from './http-errors';

/** One connection of the server's own: what is begun in one request, a later one can go on with. */
export interface HranaStream {
  /** Sends requests, and answers with a result for each. `timeout` is for all of it, in milliseconds. */
  send(requests: readonly HranaRequest[], timeout: number): Promise<readonly HranaResult[]>;
  /** Whether the server has it still, as far as its latest answer tells. Lost where an answer was. */
  readonly isOpen: boolean;
}

/** Opens a stream. The server knows of it from the first request on; it ends by a request to close it, or when it has been idle for 10 s. */
export function openStream(client: HttpClient): HranaStream {
  let baton: string | null = null;
  let base = client.url.href;
  let isOpen = true;
  return {
    get isOpen() {
      return isOpen;
    },
    async send(requests, timeout) {
      // In one piece: each is a packet on its own.
      const body = [Buffer.concat(encodeRequests(baton, requests))];
      // A baton is good for one request.
      isOpen = false;
      const answer = await ask(client, `${base}v3-protobuf/pipeline`, body, requests, timeout);
      ({ baton } = answer);
      isOpen = baton !== null;
      if (answer.baseUrl !== null) base = answer.baseUrl.replace(/\/*$/, '/');
      return answer.results;
    },
  };
}

async function ask(
  client: HttpClient,
  url: string,
  body: readonly Uint8Array[],
  requests: readonly HranaRequest[],
  timeout: number,
): Promise<HranaAnswer> {
  const { body: bytes } = await client.post(url, 'application/x-protobuf', body, { timeout });
  checkParts(bytes, 'protobuf', client.location);
  try {
    const answer = decodeAnswer(bytes, requests);
    if (answer.results.length === requests.length) return answer;
  } catch (error) {
    if (error instanceof TursoSyncError || !(error instanceof RangeError)) throw error;
  }
  throw notLibsql(client.location, 'its answer to a query is none');
}
