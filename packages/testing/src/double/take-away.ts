import type { Offered } from './profiles';

/** An answer, whole. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

/** What a server without an endpoint answers in its place; null if it has the endpoint. */
export function refusal(path: string, offered: Offered): Answer | null {
  const [, first = ''] = path.split('/');
  if (/^(?:wal_log|proxy)\./.test(first) && !offered.grpc) return UNIMPLEMENTED;
  const isEncoding = /^v\d/.test(first) && first !== 'v1';
  if (isEncoding && !offered.encodings.some((encoding) => encoding === first))
    return answer(404, `route not found: ["${path.slice(1).replaceAll('/', '", "')}"]`);
  return null;
}

/** What the server behind the double is to get. */
export function withoutNames(body: Buffer, offered: Offered): Buffer {
  // Protocol Buffers begin with no brace: the tag of no field is one.
  if (body[0] !== BRACE) return body;
  let text = body.toString();
  for (const name of offered.unknownNames) text = text.replaceAll(wholeWord(name), hidden(name));
  // The server refuses to set the one as others refuse to set the other.
  if (!offered.userVersion) text = text.replaceAll(/PRAGMA user_version(?= *=)/gi, 'PRAGMA application_id');
  return Buffer.from(text);
}

/** What a client is to get of the server's answer. */
export function withNames(told: Answer, offered: Offered): Answer {
  if (told.body[0] !== BRACE) return told;
  let text = told.body.toString();
  for (const name of offered.unknownNames) text = text.replaceAll(hidden(name), name);
  if (!offered.userVersion) text = text.replaceAll('PRAGMA application_id', 'PRAGMA user_version');
  if (!offered.replicationIndex)
    text = text.replaceAll(/"replication_index":(?:"\d+"|\d+)/g, '"replication_index":null');
  return { ...told, body: Buffer.from(text) };
}

/** An answer with an error of the protocol. */
export function answer(
  status: number,
  error: string,
  { code, headers = {} }: { readonly code?: string; readonly headers?: Answer['headers'] } = {},
): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: Buffer.from(JSON.stringify({ error, ...(code === undefined ? {} : { code }) })),
  };
}

/** As gRPC-web tells that a method is not there. */
const UNIMPLEMENTED: Answer = {
  status: 200,
  headers: {
    'content-type': 'application/grpc-web+proto',
    'grpc-status': '12',
    'grpc-message': 'not supported for this platform',
  },
  body: Buffer.alloc(0),
};

const BRACE = 0x7b;

function wholeWord(name: string): RegExp {
  return new RegExp(`\\b${name}\\b`, 'gi');
}

/** A name of the same length that no server knows. */
function hidden(name: string): string {
  return `${name.slice(0, -1)}0`;
}
