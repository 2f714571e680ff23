import { withStream } from '../pipeline';
import { answer, type Answer } from './take-away';

/** The endpoints that libsql's own client syncs by. */
export interface SyncEndpoints {
  /** While it is set, what is written meanwhile is not told. Default is false. */
  lags: boolean;
  /** Notes what the server holds now, to be told later. */
  note(): Promise<void>;
  /** Tells what was noted first, and not yet told. */
  tellNext(): Promise<void>;
  /** Begins another generation, as after a checkpoint, and may forget the frames of those before. */
  checkpoint(options?: { readonly forgets?: boolean }): Promise<void>;
  /** What the endpoint at a path answers; null for another path. */
  answer(path: string, authorization?: string): Promise<Answer | null>;
}

/** One generation: the pages that it began with, and a frame for each page that was written since. */
interface Generation {
  readonly first: readonly Buffer[];
  readonly frames: Buffer[];
}

/** The only size of pages that the endpoints know. */
const PAGE = 4096;

/**
 * Tells what a real server holds by `/info`, `/export/{generation}` and `/sync/{generation}/{from}/{to}`: whenever it is asked, it reads
 * the pages of that server, and those that differ from what it read before are the frames of one transaction. As public sources have it,
 * a generation begins with frame 1, `to` is not among the frames, and the end of a generation is a status 400 that tells the latest one.
 *
 * @see https://github.com/tursodatabase/libsql/blob/main/libsql/src/sync.rs
 * @see https://github.com/tursodatabase/turso-cli/blob/main/internal/turso/tursoServer.go
 */
export function createSyncEndpoints(url: string): SyncEndpoints {
  const generations = new Map<number, Generation>();
  let current = 0;
  let latest: readonly Buffer[] = [];
  const noted: (readonly Buffer[])[] = [];
  let turn: Promise<unknown> = Promise.resolve();

  async function look(token?: string): Promise<void> {
    if (endpoints.lags && current > 0) return;
    const pages = await readPages(url, token);
    noted.length = 0;
    if (current === 0) begin(pages);
    else put(pages);
  }

  function put(pages: readonly Buffer[]): void {
    const changed = pages.flatMap((page, i) =>
      latest[i]?.equals(page) === true ? [] : [[i + 1, page] as const],
    );
    // A database that only shrinks has a transaction all the same.
    if (changed.length === 0 && pages.length !== latest.length) changed.push([1, pages[0] as Buffer]);
    latest = pages;
    const frames = generations.get(current)?.frames;
    for (const [i, [number, page]] of changed.entries())
      frames?.push(frameOf(number, i === changed.length - 1 ? pages.length : 0, page));
  }

  function begin(pages: readonly Buffer[]): void {
    generations.set(++current, { first: pages, frames: [] });
    latest = pages;
  }

  async function tell(path: string, token?: string): Promise<Answer> {
    const [, what, ...numbers] = path.split('/');
    try {
      await look(token);
    } catch (error) {
      return answer(/\b401\b/.test(String(error)) ? 401 : 500, String(error));
    }
    if (latest.some((page) => page.length !== PAGE)) return answer(404, 'route not found');
    if (what === 'info') return json(200, { current_generation: current });
    const [wanted = 0, from = 0, to = 0] = numbers.map(Number);
    const generation = generations.get(wanted);
    if (what === 'export')
      return generation === undefined
        ? answer(404, 'no such generation')
        : bytes(Buffer.concat(generation.first));
    const frames = generation?.frames.slice(from - 1, to - 1) ?? [];
    return frames.length === 0 ? json(400, { generation: current }) : bytes(Buffer.concat(frames));
  }

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = turn.then(work, work);
    turn = done.catch(() => undefined);
    return done;
  }

  const endpoints: SyncEndpoints = {
    lags: false,
    note: () => inTurn(async () => void noted.push(await readPages(url))),
    tellNext: () =>
      inTurn(async () => {
        const next = noted.shift();
        if (next !== undefined) put(next);
      }),
    checkpoint: ({ forgets = false } = {}) =>
      inTurn(async () => {
        await look();
        if (forgets) generations.clear();
        begin(latest);
      }),
    answer: async (path, authorization) =>
      /^\/(?:info|export\/\d+|sync\/\d+\/\d+\/\d+)$/.test(path)
        ? inTurn(() => tell(path, authorization?.replace(/^Bearer /, '')))
        : null,
  };
  return endpoints;
}

async function readPages(url: string, token?: string): Promise<Buffer[]> {
  const rows = await withStream({ url }, token, ({ query }) =>
    query('SELECT data FROM sqlite_dbpage ORDER BY pgno'),
  );
  return rows.map(([data]) => data as Buffer);
}

/** A frame as of SQLite's write-ahead log; nobody can rely on its salts and checksums. */
function frameOf(page: number, sizeAfter: number, data: Buffer): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32BE(page, 0);
  header.writeUInt32BE(sizeAfter, 4);
  return Buffer.concat([header, data]);
}

function json(status: number, told: object): Answer {
  return { status, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(told)) };
}

function bytes(body: Buffer): Answer {
  return { status: 200, headers: { 'content-type': 'application/octet-stream' }, body };
}
