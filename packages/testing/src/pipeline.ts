import { httpRequest } from './http-request';

/** What is needed to reach a server: an `Sqld`, or any other object with its `url`. */
export interface ServerAddress {
  readonly url: string;
  /** The token that is sent where none is given. */
  readonly readWriteToken?: string;
  /** The host by which a server with several databases chooses one. Default is that of the `url`. */
  readonly host?: string;
}

/** A value as SQLite has it: integers are always bigint, reals always number. */
export type ServerValue = null | bigint | number | string | Buffer;

/** Runs one SQL text on the server: a whole script, or one statement whose rows come back. */
export interface ServerStream {
  readonly script: (sql: string) => Promise<void>;
  readonly query: (sql: string) => Promise<ServerValue[][]>;
}

type Encoded =
  | { readonly type: 'null' }
  | { readonly type: 'integer'; readonly value: string }
  | { readonly type: 'float'; readonly value: number | null }
  | { readonly type: 'text'; readonly value: string }
  | { readonly type: 'blob'; readonly base64: string };

interface Reply {
  readonly baton: string | null;
  readonly results: readonly [
    | { readonly type: 'error'; readonly error: { readonly message: string; readonly code?: string } }
    | {
        readonly type: 'ok';
        readonly response: { readonly result?: { readonly rows: readonly Encoded[][] } };
      },
  ];
}

/**
 * Opens a stream (one connection of the server's) over `POST /v2/pipeline`, and closes it afterwards.
 *
 * Written by hand against the protocol, so that tests do not judge the product by its own means.
 *
 * @throws Error with the HTTP status, or with the server's code and message.
 */
export async function withStream<T>(
  server: ServerAddress,
  token: string | undefined,
  use: (stream: ServerStream) => Promise<T>,
): Promise<T> {
  const bearer = token ?? server.readWriteToken;
  const headers = {
    ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
    ...(server.host === undefined ? {} : { host: server.host }),
  };
  const open: { baton: string | null } = { baton: null };

  const send = async (request: object) => {
    const body = JSON.stringify({ baton: open.baton, requests: [request] });
    open.baton = null; // good for one request only
    const answer = await httpRequest(`${server.url}/v2/pipeline`, { headers, body });
    if (answer.status !== 200) throw new Error(`HTTP ${answer.status}: ${answer.body}`);
    const reply = JSON.parse(answer.body) as Reply;
    open.baton = reply.baton;
    const [result] = reply.results;
    if (result.type === 'error') throw new Error(`${result.error.code ?? 'ERROR'}: ${result.error.message}`);
    return result.response.result;
  };

  try {
    return await use({
      script: async (sql) => {
        await send({ type: 'sequence', sql });
      },
      query: async (sql) => {
        const result = await send({ type: 'execute', stmt: { sql, want_rows: true } });
        return (result?.rows ?? []).map((row) => row.map(decode));
      },
    });
  } finally {
    if (open.baton !== null) await send({ type: 'close' });
  }
}

function decode(value: Encoded): ServerValue {
  switch (value.type) {
    case 'null':
      return null;
    case 'integer':
      return BigInt(value.value);
    case 'float':
      if (value.value === null)
        throw new Error('An infinite value, which JSON cannot tell; select its text instead');
      return value.value;
    case 'text':
      return value.value;
    case 'blob':
      return Buffer.from(value.base64, 'base64');
  }
}
