import { Agent } from 'node:http';
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

interface Result {
  readonly rows: readonly Encoded[][];
}

/** Of its results, the first one is of the request that counts. */
interface Reply {
  readonly baton: string | null;
  readonly results: readonly [
    (
      | { readonly type: 'error'; readonly error: { readonly message: string; readonly code?: string } }
      | { readonly type: 'ok'; readonly response: { readonly result?: Result } }
    ),
    ...unknown[],
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
  const open: { baton: string | null } = { baton: null };
  // One connection for the stream, and not for the next one: a kept-alive one would break when the server restarts.
  const agent = new Agent({ keepAlive: true });

  const send = async (request: object) => {
    const { baton } = open;
    open.baton = null; // good for one request only
    const reply = await exchange(server, token, { baton, requests: [request] }, agent);
    open.baton = reply.baton;
    return resultOf(reply);
  };

  try {
    return await use({
      script: async (sql) => {
        await send(scriptRequest(sql));
      },
      query: async (sql) => rowsOf(await send(queryRequest(sql))),
    });
  } finally {
    if (open.baton !== null) await send(CLOSE);
    agent.destroy();
  }
}

/** Runs one script in a stream of its own, by one request. */
export async function scriptOnce(
  server: ServerAddress,
  token: string | undefined,
  sql: string,
): Promise<void> {
  resultOf(await exchange(server, token, { baton: null, requests: [scriptRequest(sql), CLOSE] }));
}

/** The same of one statement, whose rows come back. */
export async function queryOnce(
  server: ServerAddress,
  token: string | undefined,
  sql: string,
): Promise<ServerValue[][]> {
  return rowsOf(
    resultOf(await exchange(server, token, { baton: null, requests: [queryRequest(sql), CLOSE] })),
  );
}

const CLOSE = { type: 'close' };

const scriptRequest = (sql: string): object => ({ type: 'sequence', sql });

const queryRequest = (sql: string): object => ({ type: 'execute', stmt: { sql, want_rows: true } });

async function exchange(
  server: ServerAddress,
  token: string | undefined,
  message: { readonly baton: string | null; readonly requests: readonly object[] },
  agent?: Agent,
): Promise<Reply> {
  const bearer = token ?? server.readWriteToken;
  const headers = {
    ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
    ...(server.host === undefined ? {} : { host: server.host }),
  };
  const answer = await httpRequest(`${server.url}/v2/pipeline`, {
    headers,
    body: JSON.stringify(message),
    ...(agent === undefined ? {} : { agent }),
  });
  if (answer.status !== 200) throw new Error(`HTTP ${answer.status}: ${answer.body}`);
  return JSON.parse(answer.body) as Reply;
}

function resultOf({ results: [result] }: Reply): Result | undefined {
  if (result.type === 'error') throw new Error(`${result.error.code ?? 'ERROR'}: ${result.error.message}`);
  return result.response.result;
}

function rowsOf(result: Result | undefined): ServerValue[][] {
  return (result?.rows ?? []).map((row) => row.map(decode));
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
