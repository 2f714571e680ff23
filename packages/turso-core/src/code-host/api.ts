import { TursoSyncError } from '../errors';
import { isLoopback } from '../is-loopback';
import { objectOf } from './parts';
import { answerError, redirectError, transportError, unexpected } from './api-errors';

/** The address of an API, and the headers for access. */
export interface ApiAccess {
  /** For example `https://api.github.com`. */
  readonly url: string;
  /** The headers of each request, with the token. */
  readonly headers: Readonly<Record<string, string>>;
}

/** An answer with a status below 300. */
export interface ApiAnswer {
  readonly json: unknown;
  /** The address of the next page, if there is one. */
  readonly next: URL | null;
}

/** Sends requests to one API, and to nobody else. */
export interface Api {
  /** Requests a path below the API's root, or the address of a page. */
  get(path: string | URL): Promise<ApiAnswer>;
  send(method: 'POST' | 'PATCH' | 'PUT', path: string, body: object): Promise<ApiAnswer>;
  /** Yields all items of a list, page by page. If an answer is an object, the items are under `key`. */
  list(path: string, key?: string): AsyncGenerator;
  /** Downloads a file. The host may keep it elsewhere; the request then has no token. */
  download(path: string): Promise<Uint8Array>;
}

/** Milliseconds for one request, including its answer. */
const TIME_LIMIT = 30_000;

/** Milliseconds for a file, and its bytes. */
const DOWNLOAD_TIME_LIMIT = 300_000;
const DOWNLOAD_SIZE_LIMIT = 1_000_000_000;

/** Maximum bytes of an answer. A page has at most 100 comments of 65,536 characters. */
const SIZE_LIMIT = 64_000_000;

/**
 * Creates the client of an API. It follows no redirect, so a token never goes to another host. Throws TOKEN_OVER_HTTP
 * if others could read the token on its way, and CODE_HOST_UNKNOWN if the address is not a URL.
 */
export function createApi({ url, headers }: ApiAccess): Api {
  const root = rootOf(url);
  const own = { accept: 'application/json', 'user-agent': AGENT, ...headers };
  const exchange = async (
    method: string,
    target: URL,
    limit: number,
    init: RequestInit,
  ): Promise<Response> => {
    const answer = await fetch(target, {
      method,
      redirect: 'manual',
      signal: AbortSignal.timeout(limit),
      ...init,
    });
    if (answer.status < 400) return answer;
    throw answerError(
      target.origin,
      answer,
      new TextDecoder().decode(await contentOf(answer, target.origin)),
    );
  };
  const request = (method: string, target: URL, body?: object): Promise<ApiAnswer> =>
    withTransportErrors(root.origin, async () => {
      const answer = await exchange(method, target, TIME_LIMIT, {
        headers: body === undefined ? own : { ...own, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const elsewhere = redirectOf(answer, root);
      if (elsewhere !== null) throw redirectError(root.origin, elsewhere);
      const content = new TextDecoder().decode(await contentOf(answer, root.origin));
      return { json: parsed(content, root.origin), next: nextPage(answer, root) };
    });
  const resolve = (path: string): URL => new URL(path, root);
  const get: Api['get'] = (path) => request('GET', path instanceof URL ? path : resolve(path));
  return {
    get,
    send: (method, path, body) => request(method, resolve(path), body),
    async *list(path, key) {
      for (let page: URL | null = resolve(path); page !== null;) {
        const { json, next }: ApiAnswer = await get(page);
        const items = key === undefined ? json : objectOf(json)[key];
        if (!Array.isArray(items)) throw unexpected(root.origin, 'a list was expected');
        yield* items as unknown[];
        page = next;
      }
    },
    download: (path) =>
      withTransportErrors(root.origin, async () => {
        const first = await exchange('GET', resolve(path), DOWNLOAD_TIME_LIMIT, { headers: own });
        const elsewhere = redirectOf(first, root);
        if (elsewhere === null) return contentOf(first, root.origin, DOWNLOAD_SIZE_LIMIT);
        const place = URL.canParse(elsewhere, root.href) ? new URL(elsewhere, root) : null;
        if (place === null || (place.protocol !== 'https:' && !isLoopback(place.hostname)))
          throw redirectError(root.origin, elsewhere);
        const file = await exchange('GET', place, DOWNLOAD_TIME_LIMIT, { headers: { 'user-agent': AGENT } });
        if (file.status >= 300) throw redirectError(place.origin, file.headers.get('location') ?? '');
        return contentOf(file, place.origin, DOWNLOAD_SIZE_LIMIT);
      }),
  };
}

const AGENT = 'turso-sync';

async function withTransportErrors<T>(origin: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof TursoSyncError ? error : transportError(error, origin);
  }
}

/** Returns the target of a redirect; null if the answer is none. */
function redirectOf(answer: Response, root: URL): string | null {
  return answer.status < 300 ? null : (answer.headers.get('location') ?? root.href);
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
  // Removes anything that could name a user. Adds a slash, because paths are relative to it.
  return new URL(`${url.origin}${url.pathname.replace(/\/*$/, '/')}`);
}

async function contentOf(answer: Response, origin: string, limit = SIZE_LIMIT): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of (answer.body ?? []) as AsyncIterable<Uint8Array>) {
    size += piece.length;
    if (size > limit) throw unexpected(origin, 'it is too large');
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function parsed(text: string, origin: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    throw unexpected(origin, 'it is not JSON');
  }
}

// A page on another host would receive the token.
function nextPage(answer: Response, root: URL): URL | null {
  const link = /<([^>]+)>;[^,]*rel="next"/.exec(answer.headers.get('link') ?? '')?.[1];
  if (link === undefined) return null;
  const url = URL.canParse(link, root.href) ? new URL(link, root) : null;
  if (url?.origin !== root.origin) throw redirectError(root.origin, link);
  return url;
}
