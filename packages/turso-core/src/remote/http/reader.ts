import type * as Hrana from '@libsql/hrana-client';
import { TursoSyncError } from '../../errors';
import { RawText, type SqlValue } from '../../local/values';
import type { Query } from '../remote';
import { createFetch } from './fetch';
import type { HttpClient } from './http-client';
import { notLibsql, responseError } from './http-errors';

/** Hrana protocol version: 3 speaks protobuf, several times faster than JSON for what is read. */
const PROTOCOL = 3;

/** Reads from a server, one transaction after the other. */
export interface Reader {
  read<T>(work: (query: Query) => Promise<T>): Promise<T>;
  close(): void;
}

// Loaded when it is needed: it takes as long as a small push, and one that meets no one else's changes reads nothing.
function loadHrana(): typeof Hrana {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  return require('@libsql/hrana-client') as typeof Hrana;
}

/** Makes a reader on the hrana client. */
export function createReader(client: HttpClient): Reader {
  let hrana: Hrana.HttpClient | undefined;
  const fail = (error: unknown): never => {
    throw clientError(error, client.location);
  };
  return {
    async read(work) {
      // The client closes itself when the server does not answer its first question.
      if (hrana?.closed !== false) {
        hrana = loadHrana().openHttp(client.url, client.authToken, createFetch(client), undefined, PROTOCOL);
      }
      const stream = hrana.openStream();
      stream.intMode = 'bigint';
      try {
        await stream.run('BEGIN').catch(fail);
        return await work((sql, args) => runQuery(stream, sql, args).catch(fail));
      } finally {
        stream.close();
      }
    },
    close: () => hrana?.close(),
  };
}

async function runQuery(
  stream: Hrana.HttpStream,
  sql: string,
  args: readonly SqlValue[] = [],
): Promise<SqlValue[][]> {
  const { rows } = await stream.query([sql, args.map(toHrana)]);
  return rows.map((row) => Array.from({ length: row.length }, (_, i) => fromHrana(row[i] as Hrana.Value)));
}

// Numbers stay doubles and bigints integers.
function toHrana(value: SqlValue): Hrana.Value | Uint8Array {
  return value instanceof RawText ? value.bytes : value;
}

function fromHrana(value: Hrana.Value): SqlValue {
  return value instanceof ArrayBuffer ? new Uint8Array(value) : value;
}

/** What the hrana client threw, as a TursoSyncError. */
function clientError(error: unknown, location: string): TursoSyncError {
  if (error instanceof TursoSyncError) return error;
  // The client wraps what closed a stream.
  if (error instanceof Error && error.cause instanceof TursoSyncError) return error.cause;
  if (error instanceof loadHrana().ResponseError)
    return responseError(error.code ?? 'UNKNOWN', error.message, location);
  return notLibsql(location, error instanceof Error ? error.message : String(error), error);
}
