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

/** SQL terms to compare in all rows of a table. */
export interface Question {
  readonly table: Table;
  readonly terms: string[];
}

/**
 * Checks for each question whether a remote and a local database have the same, in few requests. Asks the remote for
 * checksums of many rows, or for the values themselves if it computes none.
 */
export async function haveSame(
  remote: Pick<Remote, 'read' | 'attempt'>,
  db: Database,
  questions: readonly Question[],
): Promise<boolean[]> {
  if (questions.length === 0) return [];
  // Computed before the remote is asked: a server ends a transaction after some idle seconds.
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

/** A question with the local number of rows, and the bytes of its terms in all of them. */
interface Sized extends Question {
  readonly rows: number;
  readonly bytes: number;
}

interface Checksum {
  readonly of: Sized;
  readonly sql: string;
  readonly digest: string;
}

/** Maximum number of digests in one query. */
const DIGESTS = 500;

/** Computes the local checksums, in groups a server can compute at once. */
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

/**
 * Finds the questions with different checksums on the server. Null if the server's function computes something else.
 */
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

/** Estimates the number of a table's rows that fit into an answer, by their mean local size. */
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
