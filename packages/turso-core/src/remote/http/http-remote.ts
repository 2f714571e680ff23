import { openHttp, type HttpClient, type HttpStream, type Value } from '@libsql/hrana-client';
import { RawText, type SqlValue } from '../../local/values';
import type { Query, Remote, SnapshotMethod, SnapshotOptions } from '../remote';
import { createFetch } from './fetch';
import { readFingerprint } from './fingerprint';
import { clientError } from './http-errors';
import { snapshotPages } from './snapshot-pages';
import { snapshotRows } from './snapshot-rows';
import { runTransaction } from './transaction';

/** Hrana protocol version: 3 speaks protobuf, several times faster than JSON. */
const PROTOCOL = 3;

/** The adapter for libsql-server and Turso, over the Hrana protocol on HTTP. */
export function createHttpRemote(url: URL, location: string, authToken?: string): Remote {
  const fetch = createFetch(location);
  let client: HttpClient | undefined;

  async function withStream<T>(work: (stream: HttpStream) => Promise<T>): Promise<T> {
    client ??= openHttp(url, authToken, fetch, undefined, PROTOCOL);
    const stream = client.openStream();
    stream.intMode = 'bigint';
    try {
      return await work(stream);
    } catch (error) {
      throw clientError(error, location);
    } finally {
      stream.close();
    }
  }

  const read: Remote['read'] = (work) =>
    withStream(async (stream) => {
      await stream.run('BEGIN');
      return work((sql, args) =>
        runQuery(stream, sql, args).catch((e: unknown) => Promise.reject(clientError(e, location))),
      );
    });

  return {
    location,
    fingerprint: () => readFingerprint({ url, authToken, fetch, location }),
    snapshot: (file, options = {}) => read((query) => takeSnapshot(query, file, options)),
    transact: (statements) => withStream((stream) => runTransaction(stream, statements)),
    read,
    close() {
      client?.close();
      fetch.close();
      return Promise.resolve();
    },
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
