import { TursoSyncError } from '../../errors';
import type { Remote } from '../../remote/remote';
import { dropDoctorTable, isLeftover, LIST_DOCTOR_TABLES, receiptOf } from '../../sqlite/doctor-table';
import { makeReceipt } from '../../sqlite/receipt';
import { guard } from '../../sqlite/guard';
import { readHeader } from '../../sqlite/schema/read-header';
import type { Statement, TransactionOutcome } from '../../sqlite/statement';
import { textOf } from '../../sqlite/unexpected-answer';
import { bindValues } from '../../sqlite/values/bind';
import { exactProjection, exactRow } from '../../sqlite/values/exact-projection';
import { quoteName } from '../../sqlite/values/quote';
import { sameValue, type Encoding, type SqlValue } from '../../sqlite/values/values';
import { failed, type CheckName, type Checks, type Found } from './check';
import { sampleValues } from './sample-values';

/** Input of the self-test. */
export interface SelfTest {
  readonly remote: Remote;
  readonly checks: Checks;
  /** The name of its table; nobody else uses it. */
  readonly table: string;
  /** Identifies the machine and folder of the test. */
  readonly owner: string;
  /** Seconds since 1970, by the remote's clock. */
  readonly now: number;
}

/** The checks that write. */
export const WRITING_CHECKS: readonly CheckName[] = [
  'leftovers',
  'writing',
  'values',
  'guards',
  'receipt',
  'conditions',
  'large transaction',
  'removal',
];

/** Rows of the large transaction, and characters that are sent of each. */
const ROWS = 2000;
const LENGTH = 1000;

/**
 * Tries everything a push needs on a remote, in a separate table. Removes the table in any case. Reads and writes
 * nothing else, and reports only whether the written values came back. Returns whether `user_version` can be set; null
 * if unknown.
 */
export async function selfTest({ remote, checks, table, owner, now }: SelfTest): Promise<boolean | null> {
  await checks.run('leftovers', () => removeLeftovers(remote, owner, now));
  const name = `main.${quoteName(table)}`;
  let userVersion: boolean | null = null;
  try {
    let encoding: Encoding = 'UTF-8';
    const writes = await checks.run('writing', async () => {
      ({ encoding } = await remote.read(readHeader));
      return write(remote, name, sampleValues(encoding));
    });
    if (!writes) {
      checks.skip(WRITING_CHECKS.slice(2, -1), 'nothing could be written');
      return null;
    }
    await checks.run('values', () => compareValues(remote, name, sampleValues(encoding), encoding));
    await checks.run('guards', () => tryGuards(remote, name));
    await checks.run('receipt', () => tryReceipt(remote, name, receiptOf(table)));
    await checks.run('conditions', () => tryConditions(remote, name));
    await checks.run('large transaction', () => tryLarge(remote, name));
    userVersion = await canSetUserVersion(remote).catch(() => null);
  } finally {
    await checks.run('removal', () => remove(remote, [table, receiptOf(table)]));
  }
  return userVersion;
}

async function removeLeftovers(remote: Remote, owner: string, now: number): Promise<Found> {
  const names = await remote.read(async (query) =>
    (await query(LIST_DOCTOR_TABLES)).map(([found]) => textOf(found)),
  );
  const left = names.filter((found) => isLeftover(found, owner, now));
  if (left.length === 0) return { detail: 'none of an earlier self-test' };
  await must(remote, left.map(dropDoctorTable));
  return { detail: `${left.length} of an earlier self-test removed` };
}

async function write(remote: Remote, name: string, samples: ReturnType<typeof sampleValues>): Promise<Found> {
  const inserts = samples.map(([, value], i): Statement => {
    const { expressions, args } = bindValues([BigInt(i + 1), value]);
    return { sql: `INSERT INTO ${name} VALUES (${expressions.join(', ')})`, args };
  });
  const count = guard(`(SELECT count(*) FROM ${name}) = ${samples.length}`);
  await must(remote, [{ sql: `CREATE TABLE ${name}(id INTEGER PRIMARY KEY, v)` }, ...inserts, count]);
  return { detail: 'a table was created and filled in one transaction' };
}

async function compareValues(
  remote: Remote,
  name: string,
  samples: ReturnType<typeof sampleValues>,
  encoding: Encoding,
): Promise<Found> {
  const rows = await remote.read((query) =>
    query(`SELECT ${exactProjection(['v'])} FROM ${name} ORDER BY id`),
  );
  const read = rows.map((row) => exactRow(row, encoding)[0]);
  const lost = samples.filter(([, value], i) => !sameValue(value, read[i] as SqlValue)).map(([what]) => what);
  return lost.length === 0
    ? { detail: `${samples.length} of ${samples.length} came back bit by bit` }
    : failed(`these did not come back as they were: ${lost.join(', ')}`);
}

async function tryGuards(remote: Remote, name: string): Promise<Found> {
  const outcome = await remote.transact([{ sql: `DELETE FROM ${name}` }, guard('0')]);
  if (outcome.committed) return failed('a transaction was committed although one of its statements failed');
  if (outcome.failed !== 1) return failed(`statement ${outcome.failed} failed instead of statement 1`);
  return (await isTrue(remote, `(SELECT count(*) FROM ${name}) > 0`))
    ? { detail: 'a guard that fails takes the whole transaction back' }
    : failed('a transaction with a guard that failed was not taken back');
}

async function tryReceipt(remote: Remote, name: string, receipt: string): Promise<Found> {
  const once: Statement[] = [makeReceipt(receipt), { sql: `INSERT INTO ${name}(v) VALUES ('once')` }];
  await must(remote, once);
  const again = await remote.transact(once);
  if (again.committed || again.failed !== 0) return failed('the same push could be made twice');
  return (await isTrue(remote, `(SELECT count(*) FROM ${name} WHERE v = 'once') = 1`))
    ? { detail: 'a push that is sent twice arrives once' }
    : failed('a push that was sent twice did not arrive once');
}

async function tryConditions(remote: Remote, name: string): Promise<Found> {
  const insert = { sql: `INSERT INTO ${name}(v) VALUES ('tried')` };
  const there = `(SELECT count(*) FROM ${name} WHERE v = 'tried')`;
  const tried = await remote.tryOut([insert, guard(`${there} = 1`)]);
  if (!tried.committed) return failed(`a transaction could not be tried out: ${tried.message}`);
  const seen = await remote.read(async (query) => (await query(`SELECT ${there}`))[0]?.[0], {
    after: [insert],
  });
  if (seen !== 1n) return failed('a transaction does not see what it has written');
  return (await isTrue(remote, `${there} = 0`))
    ? { detail: 'transactions can be tried out, and leave nothing' }
    : failed('a transaction that was to be taken back was committed');
}

async function tryLarge(remote: Remote, name: string): Promise<Found> {
  const text = JSON.stringify(Array.from({ length: ROWS }, (_, i) => String(i).padStart(LENGTH, '.')));
  // Of each row only its length stays: pages that are free again make the database no smaller.
  const lengths = `SELECT length(value) FROM json_each(?) WHERE value GLOB '.*'`;
  await must(remote, [
    { sql: `INSERT INTO ${name}(v) ${lengths}`, args: [text] },
    guard(`(SELECT count(*) FROM ${name} WHERE v = ${LENGTH}) = ${ROWS}`),
  ]);
  return { detail: `${ROWS} rows of ${LENGTH} characters in one request` };
}

/** Sets it to its present value, in a transaction that is rolled back. */
async function canSetUserVersion(remote: Remote): Promise<boolean> {
  const { userVersion } = await remote.read(readHeader);
  return (await remote.tryOut([{ sql: `PRAGMA user_version = ${userVersion}`, sets: 'user_version' }]))
    .committed;
}

/** Number of attempts: our table must not stay behind. */
const ATTEMPTS = 3;

async function remove(remote: Remote, names: readonly string[]): Promise<Found> {
  for (let attempt = 1; ; attempt++) {
    try {
      await must(remote, names.map(dropDoctorTable));
      return { detail: 'the table is gone' };
    } catch (error) {
      const isFinal = !(error instanceof TursoSyncError && error.retryable) || attempt === ATTEMPTS;
      if (isFinal) throw error;
    }
  }
}

async function isTrue(remote: Remote, condition: string): Promise<boolean> {
  return remote.read(async (query) => (await query(`SELECT ${condition}`))[0]?.[0] === 1n);
}

async function must(remote: Remote, statements: readonly Statement[]): Promise<void> {
  const outcome: TransactionOutcome = await remote.transact(statements);
  if (outcome.committed) return;
  throw new TursoSyncError(
    'REMOTE_FAILED',
    `Statement ${outcome.failed} of the self-test failed: ${outcome.message} (${outcome.code})`,
    { hint: 'Nothing but the self-test needs this table: your data is as it was.' },
  );
}
