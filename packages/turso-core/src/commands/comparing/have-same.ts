import { CHECKSUM_ROWS, sha3Query, sha3Rows, tableQueries } from '../../changeset/checksum';
import { hasCode } from '../../errors';
import type { Remote } from '../../remote/remote';
import { KNOWN_CHECKSUM } from '../../sqlite/known-checksum';
import { joinTerms } from '../../sqlite/join-terms';
import type { Query } from '../../sqlite/query';
import { onlyRow } from '../../sqlite/unexpected-answer';
import type { Database } from '../../sqlite/files/sqlite';
import type { Table } from '../../sqlite/schema/schema';
import { quoteName } from '../../sqlite/values/quote';
import { ANSWER_SIZE, valueSize } from './answer-size';

/** SQL terms of all rows of a table. */
export interface Question {
  readonly table: Table;
  readonly terms: string[];
}

/**
 * Tells for each question whether a remote and a local database have the same, in few requests: the remote is asked for checksums of many
 * rows, or for the values themselves if it computes none.
 */
export async function haveSame(
  remote: Pick<Remote, 'read' | 'attempt'>,
  db: Database,
  questions: readonly Question[],
): Promise<boolean[]> {
  if (questions.length === 0) return [];
  // Before the remote is asked: a server ends a transaction that is idle for some seconds.
  const sized = questions.map((of) => ({ ...of, ...sizeOf(db, of) }));
  const groups = checksumsOf(db, sized);
  return remote.read(async (query) => {
    const differing = await remote.attempt('sha3', () => compareChecksums(query, groups));
    if (differing !== null) return sized.map((of) => !differing.has(of));
    const answers: boolean[] = [];
    for (const of of sized) answers.push(await hasSameRows(query, db, of, rowsAtOnce(of)));
    return answers;
  });
}

/** A question, and the rows of its table here, with the bytes that its terms take in all of them. */
interface Sized extends Question {
  readonly rows: number;
  readonly bytes: number;
}

interface Checksum {
  readonly of: Sized;
  readonly sql: string;
  readonly digest: string;
}

/** Digests that one query may ask for. */
const DIGESTS = 500;

/** The checksums here, in groups that a server computes at once. */
function checksumsOf(db: Database, questions: readonly Sized[]): Checksum[][] {
  const groups: Checksum[][] = [];
  let weight = Infinity;
  for (const of of questions) {
    const own = Math.max(Math.min(of.rows, CHECKSUM_ROWS), CHECKSUM_ROWS / DIGESTS);
    for (const sql of tableQueries(db, of.table, undefined, of.terms) ?? []) {
      weight += own;
      if (weight > CHECKSUM_ROWS) {
        groups.push([]);
        weight = own;
      }
      groups.at(-1)?.push({ of, sql, digest: sha3Query(db, sql) });
    }
  }
  return groups;
}

/** The questions whose checksums a server does not share; null if its function computes something else. */
async function compareChecksums(
  query: Query,
  groups: readonly (readonly Checksum[])[],
): Promise<ReadonlySet<Sized> | null> {
  const differing = new Set<Sized>();
  for (const group of groups) {
    const sqls = [KNOWN_CHECKSUM.sql, ...group.map(({ sql }) => sql)];
    const digests = sqls.map(() => 'lower(hex(sha3_query(?, 256)))').join(', ');
    const [known, ...theirs] = onlyRow(await query(`SELECT ${digests}`, sqls));
    if (known !== KNOWN_CHECKSUM.sha3) return null;
    group.forEach(({ of, digest }, i) => {
      if (theirs[i] !== digest) differing.add(of);
    });
  }
  return differing;
}

/** How many rows of a table a server puts into an answer, by their mean size here. */
function rowsAtOnce({ terms: { length }, rows, bytes }: Sized): number {
  const mean = valueSize(length) + length * valueSize(0) + valueSize(bytes / Math.max(rows, 1));
  return Math.max(1, Math.floor(ANSWER_SIZE / mean));
}

function sizeOf(db: Database, { table, terms }: Question): { rows: number; bytes: number } {
  const size = joinTerms(
    terms.map((term) => `coalesce(length(CAST(${term} AS BLOB)),0)`),
    '+',
  );
  const sql = `SELECT count(*), total(${size}) FROM main.${quoteName(table.name)}`;
  const [rows = 0, bytes = 0] = db.prepare(sql).raw().get() as number[];
  return { rows, bytes };
}

async function hasSameRows(query: Query, db: Database, of: Question, rows: number): Promise<boolean> {
  try {
    for (const sql of tableQueries(db, of.table, rows, of.terms) ?? [])
      if (sha3Rows(sql, await query(sql)) !== sha3Query(db, sql)) return false;
    return true;
  } catch (error) {
    if (!hasCode(error, 'RESPONSE_TOO_LARGE') || rows === 1) throw error;
    return hasSameRows(query, db, of, Math.ceil(rows / 4));
  }
}
