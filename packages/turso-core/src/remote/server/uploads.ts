import { createHash } from 'node:crypto';
import { TursoSyncError } from '../../errors';
import type { Statement, TransactionOutcome } from '../../sqlite/statement';
import { isStored, readValues } from '../../sqlite/stored-values';
import type { TransactOptions } from '../../apply/target';
import type { Remote } from '../remote';
import type { HttpClient } from '../../hrana/http-client';
import type { Reader } from './reader';
import { createUploadTable, type UploadTable } from './upload-table';
import { runTransaction, type TransactionAnswer } from './transaction';

/**
 * Limits of a direct transaction: characters of texts, and characters and bytes of everything. Larger ones need an
 * upload.
 */
const INLINE = { texts: 32_000_000, all: 96_000_000 };

/** Characters per upload request. */
const PIECE = 4_000_000;

/** Maximum number of uploads, if values change between them because of others' writes. */
const UPLOADS = 3;

/** Executes transactions of any size. */
export interface Uploads {
  transact(statements: readonly Statement[], options?: TransactOptions): Promise<TransactionAnswer>;
  /** Checks whether the statements are so large that they need an upload first. */
  isNeeded(statements: readonly Statement[]): boolean;
  /**
   * Runs the statements from a look at the data while nobody else can write; see {@link Remote.transactAfter}. It
   * uploads the values from an earlier look, so others may write meanwhile. Throws REMOTE_BUSY if others change so much
   * that the upload never fits.
   */
  transactAfter: NonNullable<Remote['transactAfter']>;
}

/**
 * Uploads the values of large transactions to an upload table, in short transactions. The main transaction is then one
 * small request. It blocks others only while the server executes it. It also drops the upload table.
 *
 * @param upload - names the table. It is random, so no other push has the same name, wherever it runs.
 */
export function createUploads(
  client: HttpClient,
  reader: Pick<Reader, 'transactAfter'>,
  upload: string,
): Uploads {
  const table = createUploadTable(upload);

  /**
   * Uploads values, numbered from `first`. Returns the numbers of the latest write before and after, or null if others
   * have written in between.
   */
  async function send(
    values: Iterable<UploadedValue>,
    { first = 0, onSent }: { readonly first?: number; readonly onSent?: (value: number) => void } = {},
  ): Promise<{ before: string | null; after: string | null }> {
    let span: { before: string | null; after: string | null } | undefined;
    let next: Statement[] = first === 0 ? [...table.create] : [];
    let size = 0;
    const sendPiece = async (): Promise<void> => {
      const piece = [...next, table.touch];
      const { outcome, indexBefore, indexAfter } = await runTransaction(client, piece);
      if (!outcome.committed) throw gone(client.location, `${outcome.message} (${outcome.code})`);
      span = { before: span === undefined ? indexBefore : continued(span, indexBefore), after: indexAfter };
      for (; told < at; told++) onSent?.(told);
      next = [];
      size = 0;
    };
    let told = 0;
    let at = 0;
    for (const value of values) {
      if (size > 0 && size + value.length > PIECE) await sendPiece();
      next.push(table.insert(first + at, value));
      size += value.length;
      at++;
    }
    await sendPiece();
    return span ?? { before: null, after: null };
  }

  const isNeeded = (statements: readonly Statement[]): boolean => isTooMuch(sizeOf(statements));

  async function clear(): Promise<void> {
    await runTransaction(client, [table.drop]);
  }

  return {
    isNeeded,
    async transact(statements, { onSent, onCommit } = {}) {
      if (!isNeeded(statements)) return runTransaction(client, statements, { onSent, onCommit });
      let isThrough = false;
      try {
        const ends = lastValues(statements);
        const uploaded = await send(valuesOf(statements), {
          onSent(i) {
            const statement = ends.get(i);
            if (statement !== undefined) onSent?.(statement);
          },
        });
        let count = 0;
        const placed = fromTable(statements, table, (statement) =>
          Array.from({ length: countOf(statement) }, () => count++),
        );
        const answer = await runTransaction(client, [table.guard(count), ...placed, table.drop], {
          onCommit,
        });
        const outcome = withoutGuard(answer.outcome, client.location);
        isThrough = outcome.committed;
        return { ...answer, outcome, indexBefore: continued(uploaded, answer.indexBefore) };
      } finally {
        // If this fails too, a later push clears it.
        if (!isThrough) await clear().catch(() => undefined);
      }
    },
    async transactAfter(look) {
      const placed = new Map<string, number>();
      let isThrough = false;
      try {
        for (let attempt = 0; attempt <= UPLOADS; attempt++) {
          let missing: readonly Statement[] = [];
          let isGuarded = false as boolean;
          const outcome = await reader.transactAfter(async (query) => {
            const statements = await look(query);
            if (statements === null) return null;
            const ids = statements.map((statement) => idsIn(statement, placed));
            if (!isTooMuch(sizeOf(statements, (statement, i) => ids[statement]?.[i] === undefined))) {
              isGuarded = ids.some((own) => own.some((id) => id !== undefined));
              if (!isGuarded) return statements;
              const read = fromTable(statements, table, (_, statement) => ids[statement] ?? []);
              return [table.guard(placed.size), ...read, table.drop];
            }
            missing = statements;
            return null;
          });
          if (missing.length === 0) {
            isThrough = placed.size === 0 || (isGuarded && outcome?.committed === true);
            return outcome !== null && isGuarded ? withoutGuard(outcome, client.location) : outcome;
          }
          await send(newIn(missing, placed), { first: placed.size });
        }
      } finally {
        if (!isThrough && placed.size > 0) await clear().catch(() => undefined);
      }
      throw changesTooFast(client.location);
    },
  };
}

/** Returns the outcome of the statements after the guard. Throws REMOTE_BUSY if the guard itself has failed. */
function withoutGuard(outcome: TransactionOutcome, location: string): TransactionOutcome {
  if (outcome.committed) return outcome;
  if (outcome.failed > 0) return { ...outcome, failed: outcome.failed - 1 };
  throw gone(location, outcome.message);
}

function gone(location: string, reason: string): TursoSyncError {
  return new TursoSyncError(
    'REMOTE_BUSY',
    `What was uploaded to ${location} for this push is no longer whole: ${reason}.`,
    { hint: 'Nothing was changed. Run the command again.', retryable: true },
  );
}

function changesTooFast(location: string): TursoSyncError {
  return new TursoSyncError(
    'REMOTE_BUSY',
    `${location} changes faster than a push of this size can be carried out.`,
    { hint: 'Nothing was changed. Run the command again.', retryable: true },
  );
}

/** The arguments of a statement on rows: their JSON text, and their BLOBs. */
type UploadedValue = string | Uint8Array;

/** Returns a name unique to a value: equal values share it. */
function nameOf(value: UploadedValue): string {
  const kind = typeof value === 'string' ? 'text' : 'blobs';
  return `${kind} ${createHash('sha256').update(value).digest('base64')}`;
}

interface Size {
  readonly texts: number;
  readonly all: number;
}

function isTooMuch({ texts, all }: Size): boolean {
  return texts > INLINE.texts || all > INLINE.all;
}

/** Returns the size of all or some values of statements. Does not read stored values if all of them count. */
function sizeOf(
  statements: readonly Statement[],
  counts?: (statement: number, value: number) => boolean,
): Size {
  let [texts, all] = [0, 0];
  for (const [number, statement] of statements.entries()) {
    const { args = [] } = statement;
    if (statement.readingFrom === undefined) continue;
    if (counts === undefined && isStored(args)) {
      texts += args.texts;
      all += args.size;
      continue;
    }
    for (const [i, value] of valuesIn(statement).entries()) {
      if (counts?.(number, i) === false) continue;
      if (typeof value === 'string') texts += value.length;
      all += value.length;
    }
  }
  return { texts, all };
}

function continued(
  span: { readonly before: string | null; readonly after: string | null },
  next: string | null,
): string | null {
  return span.after === next ? span.before : null;
}

function valuesIn({ readingFrom, args = [] }: Statement): readonly UploadedValue[] {
  return readingFrom === undefined ? [] : (readValues(args) as readonly UploadedValue[]);
}

function countOf({ readingFrom, args = [] }: Statement): number {
  if (readingFrom === undefined) return 0;
  return isStored(args) ? args.count : args.length;
}

/** Yields values one statement after the other: together they may not fit into memory. */
function* valuesOf(statements: readonly Statement[]): Generator<UploadedValue> {
  for (const statement of statements) yield* valuesIn(statement);
}

/** Returns the numbers of the uploaded values. */
function idsIn(statement: Statement, placed: ReadonlyMap<string, number>): (number | undefined)[] {
  return placed.size === 0
    ? Array.from({ length: countOf(statement) })
    : valuesIn(statement).map((value) => placed.get(nameOf(value)));
}

/** Yields the values missing from the upload, each once. Assigns their numbers as it goes. */
function* newIn(statements: readonly Statement[], placed: Map<string, number>): Generator<UploadedValue> {
  for (const value of valuesOf(statements)) {
    const name = nameOf(value);
    if (placed.has(name)) continue;
    placed.set(name, placed.size);
    yield value;
  }
}

/** Returns the statements with values, by the number of each one's last value. */
function lastValues(statements: readonly Statement[]): ReadonlyMap<number, number> {
  const ends = new Map<number, number>();
  let count = 0;
  for (const [i, statement] of statements.entries()) {
    const own = countOf(statement);
    count += own;
    if (own > 0) ends.set(count - 1, i);
  }
  return ends;
}

/** Returns the statements, with numbered values read from the table. */
function fromTable(
  statements: readonly Statement[],
  table: UploadTable,
  numbersOf: (statement: Statement, number: number) => readonly (number | undefined)[],
): Statement[] {
  return statements.map((statement, number) => {
    if (statement.readingFrom === undefined) return statement;
    const ids = numbersOf(statement, number);
    const values = ids.includes(undefined) ? valuesIn(statement) : [];
    return {
      ...statement,
      sql: statement.readingFrom(ids.map((id) => (id === undefined ? '?' : table.value))),
      args: ids.map((id, i) => (id === undefined ? (values[i] ?? null) : BigInt(id))),
    };
  });
}
