import { dumpDatabase } from './dump';
import { openReadOnly } from './open';
import type { ReaderPool } from './reader-pool';
import type { RowTask } from './row-literals';
import { openPieceWriter } from './write-file';

/** Tasks that are under way or wait to be written, at most. */
const AHEAD = 6;

type Rendered = Uint8Array | string;

/**
 * Writes a database as SQL to a new file; see {@link dumpDatabase}.
 *
 * @param pool - threads to render rows on the same database; without one, it is done here.
 */
export async function writeDump(database: string, to: string, pool: ReaderPool | null): Promise<void> {
  const db = openReadOnly(database);
  const writer = openPieceWriter(to);
  const ahead: Promise<Rendered>[] = [];
  const renderHere = ({ sql, args }: RowTask): Rendered =>
    db
      .prepare(sql)
      .pluck()
      .get(...args) as Rendered;
  try {
    for (const piece of dumpDatabase(db)) {
      if (pool === null) {
        writer.write(isTask(piece) ? renderHere(piece) : piece);
        continue;
      }
      const rendered = isTask(piece) ? (pool.ask(piece) as Promise<Rendered>) : Promise.resolve(piece);
      // Awaited in its turn; should an earlier one fail, this one's failure is no news.
      rendered.catch(() => undefined);
      ahead.push(rendered);
      if (ahead.length >= AHEAD) writer.write(await (ahead.shift() as Promise<Rendered>));
    }
    for (const rendered of ahead) writer.write(await rendered);
    writer.end();
  } finally {
    writer.abandon();
    db.close();
  }
}

function isTask(piece: unknown): piece is RowTask {
  return typeof piece === 'object' && piece !== null && 'sql' in piece;
}
