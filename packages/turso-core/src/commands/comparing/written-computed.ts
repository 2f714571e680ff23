import { pieces } from '../../apply/inspect/look-up';
import type { Changeset } from '../../changeset/model';
import { wholeTables } from '../../changeset/whole-tables';
import { timed, type OnEvent, type Progress } from '../../events';
import type { Remote } from '../../remote/remote';
import type { Query } from '../../sqlite/query';
import { openReadOnly, using } from '../../sqlite/files/open';
import type { Statement } from '../../sqlite/statement';
import { findComputed, type Computed } from '../../sqlite/schema/computed';
import { keyTerms } from '../../sqlite/schema/key-terms';
import { readSchema } from '../../sqlite/schema/schema';
import { runQuery } from '../../sqlite/sqlite-target';
import { rowSize } from '../../sqlite/values/values';
import { ANSWER_SIZE, answerSize } from './answer-size';
import { computedOtherwise, findComputedOtherwise, nameOf } from './computed-values';
import { findOtherwise, type WrittenRow, type WrittenTable } from './otherwise-in-rows';
import { readAt } from './read-at';

/** The pushed changes and the database with them. */
export interface Pushed {
  readonly changeset: Changeset;
  readonly pushed: string;
}

/**
 * Warns if the remote has computed values differently from the working copy in the rows of a completed push, or if this
 * cannot be compared. Examines all rows of created or changed tables and indexes, and of tables without a key. Returns
 * whether all computed values are equal.
 */
export async function warnOfComputed(
  remote: Pick<Remote, 'read' | 'attempt'>,
  { changeset, pushed }: Pushed,
  onEvent: OnEvent | undefined,
): Promise<boolean> {
  try {
    if (!hasComputed({ changeset, pushed })) return true;
    const names = await timed(onEvent, 'compare computed values', async (onProgress) => {
      const seen = wholeTables(changeset);
      const whole = seen.size === 0 ? [] : await findComputedOtherwise(remote, pushed, seen);
      const inRows = await findInRows(remote, { changeset, pushed }, seen, onProgress);
      return new Set([...whole, ...inRows].map(nameOf));
    });
    if (names.size > 0) onEvent?.({ type: 'warning', message: computedOtherwise([...names]) });
    return names.size === 0;
  } catch (error) {
    onEvent?.({ type: 'warning', message: notCompared(error) });
    return false;
  }
}

/** Returns the warning for values that could not be compared. It does not stop a push. */
function notCompared(error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  return `Could not compare the values that the remote computes with the working copy: ${reason} The push is not affected. To compare them later, run "turso-sync verify".`;
}

/**
 * Does the same for a push that is only tried out. The remote runs the statements once more, is read, and rolls them
 * back.
 */
export async function warnOfComputedAfter(
  remote: Pick<Remote, 'read' | 'attempt'>,
  statements: readonly Statement[],
  pushed: Pushed,
  onEvent: OnEvent | undefined,
): Promise<void> {
  const within = (query: Query): Promise<boolean> =>
    warnOfComputed(
      { read: (work) => work(query), attempt: (...args) => remote.attempt(...args) },
      pushed,
      onEvent,
    );
  try {
    await remote.read(within, { after: statements });
  } catch {
    // The outcome of the push is already known.
  }
}

/** Checks whether the changes concern any computed values. */
export function hasComputed({ changeset, pushed }: Pushed): boolean {
  const changed = new Set(changeset.tables.map((changes) => changes.table.name));
  for (const { object } of changeset.schema) changed.add(object.table);
  return using(openReadOnly(pushed), (db) =>
    findComputed(db, readSchema(db)).some(({ table }) => changed.has(table.name)),
  );
}

/**
 * Longest time between two queries of a read transaction, in milliseconds. A server ends a transaction after some idle
 * seconds.
 */
const IDLE_LIMIT = 2_000;

async function findInRows(
  remote: Pick<Remote, 'read'>,
  { changeset, pushed }: Pushed,
  seen: ReadonlySet<string>,
  onProgress: (progress: Progress) => void,
): Promise<Set<Computed>> {
  const found = new Set<Computed>();
  const db = openReadOnly(pushed);
  try {
    const { encoding, ...schema } = readSchema(db);
    const all = findComputed(db, { encoding, ...schema }).filter(({ table }) => !seen.has(table.name));
    const tables = changeset.tables.flatMap((changes): WrittenTable[] => {
      const computed = all.filter(({ table }) => table.name === changes.table.name);
      return changes.beforeSchema || computed.length === 0 ? [] : [{ changes, computed, encoding }];
    });
    const ours: Query = (sql, args = []) => Promise.resolve(runQuery(db, sql, args));
    const cut = cutWritten(tables, ours, { found, onProgress });
    let next = await cut.next();
    while (next.done !== true) {
      await remote.read(async (theirs) => {
        let idle = 0;
        while (next.done !== true && idle < IDLE_LIMIT) {
          for (const each of await findOtherwise(theirs, next.value, found)) found.add(each);
          const since = performance.now();
          next = await cut.next();
          idle = performance.now() - since;
        }
      });
    }
    return found;
  } finally {
    db.close();
  }
}

interface Cutting {
  /** The differences found so far. Once all values of a table differ, its other rows add nothing. */
  readonly found: ReadonlySet<Computed>;
  readonly onProgress: (progress: Progress) => void;
}

/** Rows to read at once here. */
const ROWS = 500;

/** Maximum bytes of written rows to keep in memory. */
const MEMORY = 4 * ANSWER_SIZE;

/** Cuts the written rows of tables into pieces. The limit is the size of the answers about them. */
async function* cutWritten(
  tables: readonly WrittenTable[],
  ours: Query,
  { found, onProgress }: Cutting,
): AsyncGenerator<WrittenTable & { readonly rows: readonly WrittenRow[] }> {
  const countOf = ({ changes }: WrittenTable): number => changes.count('update') + changes.count('insert');
  const total = tables.reduce((sum, table) => sum + countOf(table), 0);
  let done = 0;
  for (const table of tables) {
    const end = done + countOf(table);
    let rows: WrittenRow[] = [];
    let [answer, memory] = [0, 0];
    for (const some of pieces(newRows(table), ROWS)) {
      if (table.computed.every((each) => found.has(each))) break;
      for (const row of await readHere(ours, table, some)) {
        const [size, kept] = [answerSize(row.values), rowSize(row.row)];
        if (rows.length > 0 && (answer + size > ANSWER_SIZE || memory + kept > MEMORY)) {
          yield { ...table, rows };
          done += rows.length;
          onProgress({ done, total, unit: 'rows' });
          rows = [];
          [answer, memory] = [0, 0];
        }
        rows.push(row);
        answer += size;
        memory += kept;
      }
    }
    if (rows.length > 0) yield { ...table, rows };
    done = end;
    onProgress({ done, total, unit: 'rows' });
  }
}

function* newRows({ changes }: WrittenTable): Generator<WrittenRow['row']> {
  for (const kind of ['update', 'insert'] as const)
    for (const change of changes.rows(kind)) if (change.kind !== 'delete') yield change.new;
}

async function readHere(
  ours: Query,
  { changes: { table, key }, computed, encoding }: WrittenTable,
  rows: readonly WrittenRow['row'][],
): Promise<WrittenRow[]> {
  const terms = computed.map(({ term }) => term);
  const addresses = rows.map((row) => key.map((i) => row[i] ?? null));
  const what = { table: table.name, key: keyTerms(table), terms, encoding };
  const values = await readAt(ours, what, addresses);
  return rows.flatMap((row, i) => {
    const here = values.get(i);
    return here === undefined ? [] : [{ row, address: addresses[i] ?? [], values: here }];
  });
}
