import { TursoSyncError } from '../errors';
import { isLoopback } from '../is-loopback';
import { answerError, redirectError, transportError, unexpected } from './api-errors';

/** Where an API is, and how to get in. */
export interface ApiAccess {
  /** Such as `https://api.github.com`. */
  readonly url: string;
  /** The headers of each request; they hold the token. */
  readonly headers: Readonly<Record<string, string>>;
}

/** An answer whose status is below 300. */
export interface ApiAnswer {
  readonly json: unknown;
  /** The address of the next page, if there is one. */
  readonly next: URL | null;
}

/** Sends requests to one API, and to nobody else. */
export interface Api {
  /** A path below the API's root, or the address of a page. */
  get(path: string | URL): Promise<ApiAnswer>;
  send(method: 'POST' | 'PATCH' | 'PUT', path: string, body: object): Promise<ApiAnswer>;
  /** All items of a list, page by page. */
  list(path: string): AsyncGenerator;
}

/** Milliseconds for one request, its answer included. */
const TIME_LIMIT = 30_000;

/** Bytes of an answer. A page has 100 comments of 65,536 characters at most. */
const SIZE_LIMIT = 64_000_000;

/**
 * Makes the client of an API. It follows no redirect, so that a token never goes to another host. Throws TOKEN_OVER_HTTP if
 * others could read the token on its way, and CODE_HOST_UNKNOWN if the address is no URL.
 */
export function createApi({ url, headers }: ApiAccess): Api {
  const root = rootOf(url);
  const request = async (method: string, target: URL, body?: object): Promise<ApiAnswer> => {
    const text = body === undefined ? {} : { body: JSON.stringify(body) };
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    try {
      const answer = await fetch(target, {
        method,
        headers: { accept: 'application/json', 'user-agent': 'turso-sync', ...type, ...headers },
        redirect: 'manual',
        signal: AbortSignal.timeout(TIME_LIMIT),
        ...text,
      });
      if (answer.status >= 300 && answer.status < 400)
        throw redirectError(root.origin, answer.headers.get('location') ?? '');
      const content = await contentOf(answer, root.origin);
      if (!answer.ok) throw answerError(root.origin, answer, content);
      return { json: parsed(content, root.origin), next: nextPage(answer, root) };
    } catch (error) {
      throw error instanceof TursoSyncError ? error : transportError(error, root.origin);
    }
  };
  const resolve = (path: string): URL => new URL(path, root);
  const get: Api['get'] = (path) => request('GET', path instanceof URL ? path : resolve(path));
  return {
    get,
    send: (method, path, body) => request(method, resolve(path), body),
    async *list(path) {
      for (let page: URL | null = resolve(path); page !== null;) {
        const { json, next }: ApiAnswer = await get(page);
        if (!Array.isArray(json)) throw unexpected(root.origin, 'a list was expected');
        yield* json as unknown[];
        page = next;
      }
    },
  };
}

function rootOf(text: string): URL {
  if (!URL.canParse(text) || !/^https?:/i.test(text))
    throw new TursoSyncError('CODE_HOST_UNKNOWN', 'The address of the API is not an http: or https: URL.', {
      hint: 'Give it as --api-url https://api.github.com, or https://gitlab.com/api/v4.',
    });
  const url = new URL(text);
  if (url.protocol !== 'https:' && !isLoopback(url.hostname))
    throw new TursoSyncError(
      'TOKEN_OVER_HTTP',
      `The token would go to ${url.origin} readable for all on the way.`,
      { hint: 'Use the https: address of the API.' },
    );
  // Without what could name a user, and with a slash, since paths are relative to it.
  return new URL(`${url.origin}${url.pathname.replace(/\/*$/, '/')}`);
}

async function contentOf(answer: Response, origin: string): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  for await (const piece of (answer.body ?? []) as AsyncIterable<Uint8Array>) {
    size += piece.length;
    if (size > SIZE_LIMIT) throw unexpected(origin, 'it is too large');
    text += decoder.decode(piece, { stream: true });
  }
  return text;
}

function parsed(text: string, origin: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    throw unexpected(origin, 'it is not JSON');
  }
}

// A page on another host would get the token.
function nextPage(answer: Response, root: URL): URL | null {
  const link = /<([^>]+)>;[^,]*rel="next"/.exec(answer.headers.get('link') ?? '')?.[1];
  if (link === undefined) return null;
  const url = URL.canParse(link, root.href) ? new URL(link, root) : null;
  if (url?.origin !== root.origin) throw redirectError(root.origin, link);
  return url;
}
