import type http from 'node:http';
import { TursoSyncError } from '../errors';
import { inTime } from '../in-time';
import type { HttpAnswer } from './exchange';

/** Returns a token. */
export type AskForToken = () => string | Promise<string>;

/** The token of a connection. It may change. */
export interface Tokens {
  /** The present token, without asking. */
  readonly known: string | undefined;
  /** Returns the token for a request. The first time, asks for it. Throws REMOTE_UNAUTHORIZED and USAGE. */
  current(timeout?: number): Promise<string | undefined>;
  /**
   * Returns a token in place of one that the server refused, or the same if there is no other. Callers at the same time
   * share one question. Throws like {@link current}.
   */
  insteadOf(refused: string | undefined, timeout?: number): Promise<string | undefined>;
  /** Sets the token for requests from now on. An empty one means none. */
  set(token: string): void;
}

/** Milliseconds for the answer to a question without its own limit. */
const PATIENCE = 30_000;

/**
 * Creates the token of a connection from a fixed one, or from a function that is asked for it.
 *
 * @param check - throws if a new token must not be sent.
 */
export function createTokens(
  given: string | AskForToken | undefined,
  check: (token: string | undefined) => void,
): Tokens {
  const ask = typeof given === 'function' ? given : null;
  let token = typeof given === 'string' ? notEmpty(given) : undefined;
  let isKnown = ask === null;
  let asking: Promise<void> | undefined;

  function set(told: string): void {
    const next = notEmpty(told);
    check(next);
    token = next;
    isKnown = true;
    // A running question came before this token.
    asking = undefined;
  }

  async function renew(question: AskForToken, timeout: number): Promise<string | undefined> {
    if (asking === undefined) {
      const asked: Promise<void> = answerOf(question)
        .then((told) => {
          if (asking === asked) set(told);
        })
        .finally(() => {
          if (asking === asked) asking = undefined;
        });
      asking = asked;
    }
    await inTime(asking, timeout, late);
    return token;
  }

  return {
    get known() {
      return token;
    },
    async current(timeout = PATIENCE) {
      return isKnown || ask === null ? token : renew(ask, timeout);
    },
    async insteadOf(refused, timeout = PATIENCE) {
      return token !== refused || ask === null ? token : renew(ask, timeout);
    },
    set,
  };
}

/**
 * Sends a request with the token. If the server refuses it, sends the request once more with a renewed one, if there is
 * any: nothing was done then.
 *
 * @param left - tells how many milliseconds are left. Without a number, there is no limit but that of the question.
 */
export async function sendWithToken<T extends http.IncomingMessage | HttpAnswer>(
  tokens: Tokens,
  send: (token: string | undefined) => Promise<T>,
  left: () => number | undefined = () => undefined,
): Promise<T> {
  const token = await tokens.current(left());
  const answer = await send(token);
  const status = 'status' in answer ? answer.status : (answer.statusCode ?? 0);
  if (!refusesToken({ status, headers: answer.headers })) return answer;
  const other = await tokens.insteadOf(token, left());
  if (other === token) return answer;
  if ('resume' in answer) answer.resume();
  return send(other);
}

/** Checks whether a server refuses the token: by HTTP, or by gRPC in the headers of an empty answer. */
export function refusesToken({ status, headers }: Pick<HttpAnswer, 'status' | 'headers'>): boolean {
  const { 'grpc-status': code, 'grpc-message': message } = headers;
  // libsql-server answers 16 to an invalid token, and 13 to a missing one.
  return status === 401 || code === '16' || (code === '13' && /auth%20header/i.test(String(message)));
}

async function answerOf(ask: AskForToken): Promise<string> {
  let told: unknown;
  try {
    told = await ask();
  } catch (cause) {
    // Its message may contain a secret of the program.
    throw new TursoSyncError('REMOTE_UNAUTHORIZED', 'The function authToken failed, so there is no token.', {
      hint: 'Its own error is the `cause` of this one.',
      cause,
    });
  }
  if (typeof told === 'string') return told;
  throw new TursoSyncError('USAGE', `The function authToken returned no string, but ${kindOf(told)}.`, {
    hint: 'It returns the token, or a promise of it. An empty string means that there is none.',
  });
}

function kindOf(told: unknown): string {
  return told === undefined || told === null ? String(told) : `a value of the type ${typeof told}`;
}

function late(): TursoSyncError {
  return new TursoSyncError('REMOTE_UNAUTHORIZED', 'The function authToken did not answer in time.', {
    hint: 'Nothing was sent. The limit is the `timeout` of the call.',
  });
}

function notEmpty(token: string): string | undefined {
  return token.trim() === '' ? undefined : token.trim();
}
