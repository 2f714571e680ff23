import { TursoSyncError } from '../errors';
import { LIMIT, TooManyParts } from './answer-parts';
import { joinPieces, sizeOf, type StepNumber } from './body';
import { inKnownEncoding } from './encodings/encodings';
import type { HranaAnswer, HranaEncoding, HranaRequest, HranaResult } from './hrana';
import type { HttpClient } from './http-client';
import { notLibsql, streamLost, tooManyParts } from './http-errors';
import { isUntouched } from './outcome';

/** Options for sending requests. */
export interface SendOptions {
  /** Milliseconds in total. Default is no limit except for silence. */
  readonly timeout?: number | undefined;
  /** Receives the number of each sent step of a batch. */
  readonly onSent?: ((step: StepNumber) => void) | undefined;
  /** Called before the last part is sent, also when it is sent again. If it throws, that part is not sent. */
  readonly onLast?: (() => void) | undefined;
}

/** A connection within the server: a later request can continue the work of an earlier one. */
export interface HranaStream {
  /**
   * Sends requests, and returns a result for each. Throws REMOTE_BUSY, with nothing sent, if the stream is closed: the
   * server would begin another, without a transaction.
   */
  send(requests: readonly HranaRequest[], options?: SendOptions): Promise<readonly HranaResult[]>;
  /**
   * Whether the server still has the stream, according to its latest answer. A lost answer closes it, and a request that
   * was not sent or not begun does not.
   */
  readonly isOpen: boolean;
  /** Whether steps may depend on `is_autocommit`; known after the first answer. */
  readonly knowsAutocommit: boolean;
  /** Whether its answers contain infinities; known after the first answer. */
  readonly tellsInfinities: boolean;
}

/**
 * Opens a stream. The server sees it at the first request. It ends by a request to close it, or after 10 idle seconds.
 */
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
    get tellsInfinities() {
      return begun?.encoding.type === 'protobuf';
    },
    async send(requests, options = {}) {
      if (!isOpen) throw streamLost(client.location);
      const baton = begun?.baton ?? null;
      const askIn = (encoding: HranaEncoding, isKnown = true): Promise<HranaAnswer> =>
        ask(client, { encoding, isKnown, base, baton, requests, options });
      // A baton is valid for one request.
      isOpen = false;
      const { encoding, answer } = await (
        begun === undefined ? inKnownEncoding(client, askIn) : askOn(begun.encoding, askIn)
      ).catch((error: unknown) => {
        isOpen = isUntouched(error);
        throw error;
      });
      begun = { encoding, baton: answer.baton };
      isOpen = answer.baton !== null;
      if (answer.baseUrl !== null) base = answer.baseUrl.replace(/\/*$/, '/');
      return answer.results;
    },
  };
}

async function askOn(
  encoding: HranaEncoding,
  ask: (encoding: HranaEncoding) => Promise<HranaAnswer>,
): Promise<{ readonly encoding: HranaEncoding; readonly answer: HranaAnswer }> {
  return { encoding, answer: await ask(encoding) };
}

/** Runs requests on a new stream, in one request. */
export async function sendOnce(
  client: HttpClient,
  requests: readonly HranaRequest[],
  options?: SendOptions,
): Promise<readonly HranaResult[]> {
  return (await openStream(client).send([...requests, CLOSE], options)).slice(0, -1);
}

/** Ends a stream. */
export const CLOSE = { type: 'close' } as const;

interface Asked {
  readonly encoding: HranaEncoding;
  /** Whether the server has already answered in this encoding. */
  readonly isKnown: boolean;
  readonly base: string;
  readonly baton: string | null;
  readonly requests: readonly HranaRequest[];
  readonly options: SendOptions;
}

/** Maximum bytes to send in an encoding that the server may not know. */
const LARGE = 250_000;

async function ask(client: HttpClient, asked: Asked): Promise<HranaAnswer> {
  const { encoding, isKnown, base, baton, requests, options } = asked;
  const { timeout, onSent, onLast } = options;
  const pieces = encoding.encode(baton, requests);
  if (!isKnown && sizeOf(pieces) > LARGE)
    await ask(client, { ...asked, requests: [CLOSE], options: { timeout }, isKnown: true });
  const chunks = joinPieces(pieces);
  const body = chunks.map(({ bytes }) => bytes);
  client.tally.ask();
  const { body: bytes } = await client.post(`${base}${encoding.path}`, encoding.contentType, body, {
    ...(timeout === undefined ? {} : { timeout }),
    ...(onSent && { onSent: (chunk: number) => chunks[chunk]?.steps.forEach(onSent) }),
    onLast,
    isContinued: baton !== null,
    ...answerLimit(requests),
  });
  try {
    const answer = encoding.decode(bytes, requests);
    client.tally.add(answer.used);
    if (answer.results.length === requests.length) return answer;
  } catch (error) {
    if (error instanceof TooManyParts) throw tooManyParts(client.location, LIMIT);
    if (error instanceof TursoSyncError || !(error instanceof RangeError)) throw error;
  }
  throw notLibsql(client.location, 'its answer to a query is none');
}

/**
 * Returns the maximum bytes of an answer without rows. For each step, it contains some numbers and the name of each
 * column: the text of its expression.
 */
function answerLimit(requests: readonly HranaRequest[]): { maxBytes?: number } {
  const steps = requests.flatMap((request) => (request.type === 'batch' ? request.steps : []));
  if (steps.length === 0 || steps.some(({ wantRows }) => wantRows !== false)) return {};
  return { maxBytes: steps.reduce((sum, { sql }) => sum + 1000 + 6 * sql.length, 1_000_000) };
}
