import { TursoSyncError } from '../errors';
import { capabilitiesOf } from './capabilities';
import type { HttpClient } from './http-client';
import { notLibsql } from './http-errors';

/** The state of a page after a transaction, without the frame's own number. */
export interface SyncFrame {
  readonly page: number;
  /** The database's number of pages if the frame ends a transaction; otherwise 0. */
  readonly sizeAfter: number;
  readonly data: Uint8Array;
}

/** Bytes of a page; the endpoints know no other size. */
export const SYNC_PAGE = 4096;

/** Bytes before a page, as in SQLite's write-ahead log. Salts and checksums may be anything. */
const HEADER = 24;

/** Frames per request, as in libsql's own client. */
export const SYNC_BATCH = 128;

/** Milliseconds for the generation's number, and for frames; the latter is also the limit of silence. */
const [SHORT, LIMIT] = [10_000, 30_000];

/** Statuses at the end of a generation: 500 if the database is empty. */
const ENDS: readonly number[] = [400, 500];

/**
 * Reads the number of the server's generation from its endpoint `/info`. Returns null if it has none, and then never
 * asks again.
 *
 * libsql's own client uses these endpoints: `get_remote_info`, `pull_frames` and `sync_db` in its `sync.rs`.
 *
 * @see https://github.com/tursodatabase/libsql/blob/main/libsql/src/sync.rs
 */
export async function readGeneration(client: HttpClient): Promise<number | null> {
  const capabilities = capabilitiesOf(client);
  if (capabilities.all.syncEndpoints === false) return null;
  try {
    const { body } = await client.send({ ...get(client, 'info'), timeout: SHORT, maxBytes: 10_000 });
    const told = keyOf(body, 'current_generation');
    const generation = told === 0 ? null : told;
    capabilities.note({ syncEndpoints: generation !== null });
    return generation;
  } catch (error) {
    if (!(error instanceof TursoSyncError)) throw error;
    // An endpoint that has answered before may do so again.
    if (capabilities.all.syncEndpoints === null) capabilities.note({ syncEndpoints: false });
    return null;
  }
}

/**
 * Reads the frames of a generation from one number to before another; none at its end. Numbers begin with 1. Throws
 * REMOTE_NOT_LIBSQL for any other answer.
 */
export async function readFrames(
  client: HttpClient,
  generation: number,
  from: number,
  to: number,
): Promise<SyncFrame[]> {
  const path = `sync/${generation}/${from}/${to}`;
  const maxBytes = (to - from) * (HEADER + SYNC_PAGE) + HEADER;
  const answer = await client.send({ ...get(client, path), timeout: LIMIT, maxBytes, takes: ENDS });
  const { body } = answer;
  const count = body.byteLength / (HEADER + SYNC_PAGE);
  if (ENDS.includes(answer.status)) {
    if (keyOf(body, 'generation') !== null) return [];
  } else if (Number.isInteger(count) && count > 0 && count <= to - from) {
    return Array.from({ length: count }, (_, i) => frameAt(body, i * (HEADER + SYNC_PAGE)));
  }
  throw notLibsql(client.location, 'its frames are none');
}

/** Returns the initial file of a generation, as it arrives. */
export async function streamExport(
  client: HttpClient,
  generation: number,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  return (await client.stream(get(client, `export/${generation}`), LIMIT, signal)).body;
}

function get(
  client: HttpClient,
  path: string,
): { readonly method: string; readonly url: URL; readonly headers: Readonly<Record<string, string>> } {
  return { method: 'GET', url: new URL(path, client.url), headers: {} };
}

/** Returns a 32-bit number from a JSON object, or null if there is none. */
function keyOf(body: Uint8Array, key: string): number | null {
  try {
    const told = (JSON.parse(Buffer.from(body).toString()) as Record<string, unknown> | null)?.[key];
    return typeof told === 'number' && Number.isInteger(told) && told >= 0 && told < 2 ** 32 ? told : null;
  } catch {
    return null;
  }
}

function frameAt(body: Uint8Array, at: number): SyncFrame {
  const view = new DataView(body.buffer, body.byteOffset + at, HEADER);
  return {
    page: view.getUint32(0),
    sizeAfter: view.getUint32(4),
    data: body.subarray(at + HEADER, at + HEADER + SYNC_PAGE),
  };
}
