import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen } from '../listen';
import { asGithub, asGitlab, githubPlace, gitlabPlace, tokenOf } from './shapes';
import type {
  CodeHostDouble,
  CodeHostOptions,
  HostAnswer,
  HostCall,
  HostComment,
  HostRequest,
  OtherAnswer,
} from './types';

/**
 * Starts a double of a code host's API on loopback. It keeps comments, gives them in pages, lets only their authors change them, and
 * asks for a token.
 *
 * @example
 * const host = await startCodeHost('github', { tokens: { secret: { id: 1, name: 'ci[bot]', isBot: true } } });
 */
export async function startCodeHost(
  kind: 'github' | 'gitlab',
  { tokens, tellsUser = true, pageSize = 100 }: CodeHostOptions,
): Promise<CodeHostDouble> {
  const comments: HostComment[] = [];
  const requests: HostRequest[] = [];
  const others: { method: string; answer: OtherAnswer; times: number }[] = [];
  const handlers: ((call: HostCall) => HostAnswer | null)[] = [];
  let lastId = 100;
  const prefix = kind === 'github' ? '' : '/api/v4';
  const addComment: CodeHostDouble['addComment'] = (pullRequest, author, body) => {
    const comment = { id: ++lastId, pullRequest, author, body };
    comments.push(comment);
    return comment;
  };

  const answerTo = (call: HostCall): HostAnswer => {
    const { method, parts, query, body, user } = call;
    for (const handler of handlers) {
      const answer = handler(call);
      if (answer !== null) return answer;
    }
    if (method === 'GET' && parts.join('/') === 'user')
      return tellsUser
        ? { status: 200, body: { id: user.id } }
        : { status: 403, body: { message: 'Resource not accessible by integration' } };
    const found = kind === 'github' ? githubPlace(parts) : gitlabPlace(parts);
    if (found === null) return { status: 404, body: { message: 'Not Found' } };
    const { pullRequest, id } = found;
    if (id === null && pullRequest !== null && method === 'GET') {
      const size = Math.min(pageSize, Number(query.get('per_page') ?? 30));
      const page = Number(query.get('page') ?? 1);
      const all = comments.filter((comment) => comment.pullRequest === pullRequest);
      const rest = new URLSearchParams(query);
      rest.set('page', String(page + 1));
      const next = `${url}${prefix}/${parts.map(encodeURIComponent).join('/')}?${rest.toString()}`;
      return {
        status: 200,
        headers: all.length > page * size ? { link: `<${next}>; rel="next", <${next}>; rel="last"` } : {},
        body: all.slice((page - 1) * size, page * size).map(kind === 'github' ? asGithub : asGitlab),
      };
    }
    const text = typeof body['body'] === 'string' ? body['body'] : '';
    if (text === '' || text.length > 65_536)
      return { status: 422, body: { message: 'Validation Failed: body is too long' } };
    if (id === null && pullRequest !== null && method === 'POST')
      return { status: 201, body: shape(addComment(pullRequest, user, text)) };
    const comment = comments.find((c) => c.id === id);
    if (comment === undefined || method !== (kind === 'github' ? 'PATCH' : 'PUT'))
      return { status: 404, body: { message: 'Not Found' } };
    if (comment.author.id !== user.id) return { status: 403, body: { message: 'Forbidden' } };
    comment.body = text;
    return { status: 200, body: shape(comment) };
  };
  const shape = kind === 'github' ? asGithub : asGitlab;

  const answerOf = (request: IncomingMessage, text: string): HostAnswer => {
    const address = new URL(request.url ?? '/', url);
    const method = request.method ?? 'GET';
    const token = tokenOf(request);
    requests.push({ method, path: `${address.pathname}${address.search}`, token });
    const user = token === null ? undefined : tokens[token];
    if (!address.pathname.startsWith(`${prefix}/`))
      return { status: 404, body: { message: '404 Not Found' } };
    if (user === undefined) return { status: 401, body: { message: 'Bad credentials' } };
    const call = {
      method,
      parts: address.pathname
        .slice(prefix.length + 1)
        .split('/')
        .map(decodeURIComponent),
      query: address.searchParams,
      body: (text === '' ? {} : JSON.parse(text)) as HostCall['body'],
      user,
    };
    const other = others.find((entry) => entry.method === method && entry.times > 0);
    if (other === undefined) return answerTo(call);
    other.times--;
    if (other.answer.afterwards === true) answerTo(call);
    return other.answer;
  };
  const server = createServer((request, response) => {
    void readBody(request).then((text) => reply(response, answerOf(request, text)));
  });
  const { url, stop } = await listen(server);
  return {
    kind,
    url,
    apiUrl: `${url}${prefix}`,
    comments,
    requests,
    addComment,
    answer: (method, answer, times = Infinity) => others.push({ method, answer, times }),
    serve: (answer) => handlers.push(answer),
    stop,
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString();
}

function reply(response: ServerResponse, { status, headers = {}, body }: HostAnswer): void {
  const isBytes = body instanceof Uint8Array;
  response.writeHead(status, {
    'content-type': isBytes ? 'application/zip' : 'application/json',
    ...headers,
  });
  response.end(isBytes ? body : body === undefined ? '' : JSON.stringify(body));
}
