import { openReadOnly } from '../files/open';
import { withPieceWriter } from '../files/write-file';
import { setAsideComment, type SetAside } from '../schema/set-aside';
import { dumpDatabase } from './dump';
import type { ReaderPool } from './reader-pool';
import { rowRenderer, type RowTask } from './row-literals';

/** Tasks that are under way or wait to be written, at most. */
const AHEAD = 6;

type Rendered = Uint8Array | string;

/** Where a dump goes. What a call of `write` answers with is awaited before the next one. */
export interface DumpSink {
  write(piece: Rendered): unknown;
}

/** How a dump is written. */
export interface DumpOptions {
  /** Threads to render rows on the same database; without them, it is done here. */
  readonly pool: ReaderPool | null;
  /** What is not in the database, and is told in comments. */
  readonly setAside: readonly SetAside[];
}

/** Writes a database as SQL; see {@link dumpDatabase}. */
export async function writeDump(
  database: string,
  to: DumpSink,
  { pool, setAside }: DumpOptions,
): Promise<void> {
  const db = openReadOnly(database);
  const render = rowRenderer(db);
  const ahead: Promise<Rendered>[] = [];
  try {
    if (setAside.length > 0) await to.write(setAsideComment(setAside));
    for (const piece of dumpDatabase(db)) {
      if (pool === null) {
        await to.write(isTask(piece) ? render(piece) : piece);
        continue;
      }
      const rendered = isTask(piece) ? (pool.ask(piece) as Promise<Rendered>) : Promise.resolve(piece);
      // Awaited in its turn; should an earlier one fail, this one's failure is no news.
      rendered.catch(() => undefined);
      ahead.push(rendered);
      if (ahead.length >= AHEAD) await to.write(await (ahead.shift() as Promise<Rendered>));
    }
    for (const rendered of ahead) await to.write(await rendered);
  } finally {
    db.close();
  }
}

/** Writes a database as SQL to a new file. */
export function writeDumpFile(database: string, to: string, options: DumpOptions): Promise<void> {
  return withPieceWriter(to, (writer) => writeDump(database, writer, options));
}

function isTask(piece: unknown): piece is RowTask {
  return typeof piece === 'object' && piece !== null && 'sql' in piece;
}
