import { setImmediate } from 'node:timers/promises';
import { openReadOnly } from '../files/open';
import { withPieceWriter } from '../files/write-file';
import { setAsideComment, type SetAside } from '../schema/set-aside';
import { dumpDatabase } from './dump';
import { rowRenderer, type RowTask } from './row-literals';
import type { Reader } from './start-reader';

/** The maximum number of tasks in progress or waiting to be written. */
const AHEAD = 6;

/** The number of tasks given to the other thread at once: when it finishes one, the next is already there. */
const GIVEN = 2;

type Rendered = Uint8Array | string;

/** The destination of a dump. The writer awaits the result of each call of `write` before the next call. */
export interface DumpSink {
  /** Takes the next piece. */
  write(piece: Uint8Array | string): unknown;
}

/** How to write a dump. */
export interface DumpOptions {
  /** A thread reading the same database: it renders rows too. Null renders everything in this thread. */
  readonly reader: Reader | null;
  /** Objects missing from the database. Comments in the dump name them. */
  readonly setAside: readonly SetAside[];
  /** Receives the bytes written. Their total is unknown. Default is none. */
  readonly onProgress?: (progress: {
    readonly done: number;
    readonly total: null;
    readonly unit: 'bytes';
  }) => void;
}

/** Writes a database as SQL; see {@link dumpDatabase}. */
export async function writeDump(
  database: string,
  to: DumpSink,
  { reader, setAside, onProgress }: DumpOptions,
): Promise<void> {
  const db = openReadOnly(database);
  const render = rowRenderer(db);
  const ahead: Promise<Rendered>[] = [];
  let given = 0;
  let done = 0;
  const put = async (piece: Rendered): Promise<void> => {
    await to.write(piece);
    done += Buffer.byteLength(piece);
    onProgress?.({ done, total: null, unit: 'bytes' });
  };
  const give = async (to: Reader, task: RowTask): Promise<Rendered> => {
    given++;
    const rendered = to.ask(task).finally(() => given--);
    return (await rendered) as Rendered;
  };
  try {
    if (setAside.length > 0) await put(setAsideComment(setAside));
    for (const piece of dumpDatabase(db)) {
      if (reader === null || (!isTask(piece) && ahead.length === 0)) {
        await put(isTask(piece) ? render(piece) : piece);
        continue;
      }
      // A question from other callers takes longer than a task.
      if (isTask(piece) && given < GIVEN && reader.waiting === given) {
        const rendered = give(reader, piece);
        // Awaited in its turn. If an earlier one fails, this failure is no news.
        rendered.catch(() => undefined);
        ahead.push(rendered);
      } else {
        ahead.push(Promise.resolve(isTask(piece) ? render(piece) : piece));
        // Lets answers of the other thread arrive in between.
        if (isTask(piece)) await setImmediate();
      }
      if (ahead.length >= AHEAD) await put(await (ahead.shift() as Promise<Rendered>));
    }
    for (const rendered of ahead) await put(await rendered);
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
