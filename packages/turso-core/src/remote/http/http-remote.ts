import { openHttp, type HttpClient, type HttpStream, type Value } from '@libsql/hrana-client';
import { TursoSyncError } from '../../errors';
import { RawText, type SqlValue } from '../../local/values';
import type { Query, Remote, SnapshotMethod, SnapshotOptions } from '../remote';
import { createFetch, type HttpFetch } from './fetch';
import { readFingerprint } from './fingerprint';
import { checkToken, clientError } from './http-errors';
import { snapshotPages } from './snapshot-pages';
import { snapshotRows } from './snapshot-rows';
import { runTransaction } from './transaction';

/** Hrana protocol version: 3 speaks protobuf, several times faster than JSON. */
const PROTOCOL = 3;

/** libsql-server refuses larger rows and values ("string or blob too big"). */
const MAX_ROW_BYTES = 5_000_000;

/** The adapter for libsql-server and Turso, over the Hrana protocol on HTTP. */
export function createHttpRemote(url: URL, location: string, authToken?: string): Remote {
  const fetch = createFetch(location);
  let client: HttpClient | undefined;

  async function withStream<T>(work: (stream: HttpStream) => Promise<T>): Promise<T> {
    checkToken(authToken, location);
    // The client closes itself when the server does not answer its first question.
    if (client?.closed !== false) client = openHttp(url, authToken, probing(fetch), undefined, PROTOCOL);
    const stream = client.openStream();
    stream.intMode = 'bigint';
    try {
      return await work(stream);
    } finally {
      stream.close();
    }
  }

  const fail = (error: unknown): never => {
    throw clientError(error, location);
  };

  const read: Remote['read'] = (work) =>
    withStream(async (stream) => {
      await stream.run('BEGIN').catch(fail);
      return work((sql, args) => runQuery(stream, sql, args).catch(fail));
    });

  return {
    location,
    maxRowBytes: MAX_ROW_BYTES,
    async fingerprint() {
      checkToken(authToken, location);
      return readFingerprint({ url, authToken, fetch, location });
    },
    snapshot: (file, options = {}) => read((query) => takeSnapshot(query, file, options)),
    transact: (statements) => withStream((stream) => runTransaction(stream, statements).catch(fail)),
    read,
    close() {
      client?.close();
      fetch.close();
      return Promise.resolve();
    },
  };
}

/**
 * The client asks by a GET whether the server speaks protocol 3, and would go on with 2; an answer that is thrown as an
 * error ends it there.
 */
function probing(fetch: HttpFetch): (request: Request) => Promise<Response> {
  return async (request) => {
    try {
      return await fetch(request);
    } catch (error) {
      const isNo = error instanceof TursoSyncError && error.code === 'REMOTE_NOT_LIBSQL';
      if (request.method === 'GET' && isNo) return new Response(null, { status: 404 });
      throw error;
    }
  };
}

async function takeSnapshot(query: Query, file: string, options: SnapshotOptions): Promise<SnapshotMethod> {
  if (options.method !== 'rows' && (await snapshotPages(query, file, options.onProgress))) return 'pages';
  await snapshotRows(query, file, options.onProgress);
  return 'rows';
}

async function runQuery(
  stream: HttpStream,
  sql: string,
  args: readonly SqlValue[] = [],
): Promise<SqlValue[][]> {
  const { rows } = await stream.query([sql, args.map(toHrana)]);
  return rows.map((row) => Array.from({ length: row.length }, (_, i) => fromHrana(row[i] as Value)));
}

/** A value as the hrana client takes it; numbers stay doubles and bigints integers. */
export function toHrana(value: SqlValue): Value | Uint8Array {
  return value instanceof RawText ? value.bytes : value;
}

function fromHrana(value: Value): SqlValue {
  return value instanceof ArrayBuffer ? new Uint8Array(value) : value;
}
