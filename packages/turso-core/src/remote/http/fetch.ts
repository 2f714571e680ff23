import { TursoSyncError } from '../../errors';
import { usageInJson, usageInProtobuf } from './answer-usage';
import { checkParts } from './answer-parts';
import type { HttpAnswer, HttpClient } from './http-client';

/**
 * A `fetch` for the hrana client. That asks by a GET whether the server speaks protocol 3, and would go on with 2; an
 * answer that is thrown as an error ends it there. The hrana client drops what a server tells of rows read and written, so it
 * is added up here.
 */
export function createFetch(client: HttpClient): (request: Request) => Promise<Response> {
  return async (request) => {
    const { method, url } = request;
    const body = request.body === null ? [] : [new Uint8Array(await request.arrayBuffer())];
    try {
      const headers = Object.fromEntries(request.headers);
      const answer = await client.send({ method, url: new URL(url), headers, body });
      // What it asks for in one encoding it reads in the same.
      const isProtobuf = headers['content-type'] === 'application/x-protobuf';
      if (method === 'POST') checkParts(answer.body, isProtobuf ? 'protobuf' : 'json', client.location);
      if (method === 'POST' && isProtobuf) client.tally.add(usageInProtobuf(answer.body));
      return toResponse(answer, (json) => client.tally.add(usageInJson(json)));
    } catch (error) {
      const isNo = error instanceof TursoSyncError && error.code === 'REMOTE_NOT_LIBSQL';
      if (method === 'GET' && isNo) return new Response(null, { status: 404 });
      throw error;
    }
  };
}

// The parts of a Response that the hrana client reads, without the copies that a real one makes.
function toResponse({ status, headers, body }: HttpAnswer, onJson: (json: unknown) => void): Response {
  const text = (): string => new TextDecoder().decode(body);
  const response: Pick<Response, 'ok' | 'status' | 'headers' | 'arrayBuffer' | 'text' | 'json'> = {
    ok: status >= 200 && status < 300,
    status,
    headers: new Headers(Object.entries(headers).map(([name, value]) => [name, String(value)])),
    arrayBuffer: () => Promise.resolve(body.buffer),
    text: () => Promise.resolve(text()),
    json: () => {
      const json = JSON.parse(text()) as unknown;
      onJson(json);
      return Promise.resolve(json);
    },
  };
  return response as Response;
}
