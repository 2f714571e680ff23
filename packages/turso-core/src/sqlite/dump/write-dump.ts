import { setImmediate } from 'node:timers/promises';
import { openReadOnly } from '../files/open';
import { withPieceWriter } from '../files/write-file';
import { setAsideComment, type SetAside } from '../schema/set-aside';
import { dumpDatabase } from './dump';
import { rowRenderer, type RowTask } from './row-literals';
import type { Reader } from './start-reader';

/** Tasks that are under way or wait to be written, at most. */
const AHEAD = 6;

/** Tasks that the other thread is given at once: the next one is there when it has finished one. */
const GIVEN = 2;

type Rendered = Uint8Array | string;

/** Where a dump goes. What a call of `write` answers with is awaited before the next one. */
export interface DumpSink {
  write(piece: Rendered): unknown;
}

/** How a dump is written. */
export interface DumpOptions {
  /** A thread that reads the same database: it renders rows too. Without one, all is done here. */
  readonly reader: Reader | null;
  /** What is not in the database, and is told in comments. */
  readonly setAside: readonly SetAside[];
}

/** Writes a database as SQL; see {@link dumpDatabase}. */
export async function writeDump(
  database: string,
  to: DumpSink,
  { reader, setAside }: DumpOptions,
): Promise<void> {
  const db = openReadOnly(database);
  const render = rowRenderer(db);
  const ahead: Promise<Rendered>[] = [];
  let given = 0;
  const give = async (to: Reader, task: RowTask): Promise<Rendered> => {
    given++;
    const rendered = to.ask(task).finally(() => given--);
    return (await rendered) as Rendered;
  };
  try {
    if (setAside.length > 0) await to.write(setAsideComment(setAside));
    for (const piece of dumpDatabase(db)) {
      if (reader === null || (!isTask(piece) && ahead.length === 0)) {
        await to.write(isTask(piece) ? render(piece) : piece);
        continue;
      }
      // A question of others takes longer than a task.
      if (isTask(piece) && given < GIVEN && reader.waiting === given) {
        const rendered = give(reader, piece);
        // Awaited in its turn; should an earlier one fail, this one's failure is no news.
        rendered.catch(() => undefined);
        ahead.push(rendered);
      } else {
        ahead.push(Promise.resolve(isTask(piece) ? render(piece) : piece));
        // What the other thread has answered arrives in between.
        if (isTask(piece)) await setImmediate();
      }
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
