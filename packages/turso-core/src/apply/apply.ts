import { TursoSyncError } from '../errors';
import type { Changeset } from '../changeset/model';
import type { TransactionOutcome } from '../local/statement';
import type { Encoding } from '../local/values';
import type { Query, Remote } from '../remote/remote';
import { conflictOf, type Conflict } from './conflict';
import { inspectDrops } from './inspect-drops';
import { inspectRows } from './inspect-rows';
import { inspectRules, type Refusal } from './inspect-rules';
import { inspectSchema } from './inspect-schema';
import { planStatements, type Plan } from './plan';
import { RemainingWork } from './remaining-work';
import { rowIdentity } from './row-identity';
import { describeLargest } from './row-limit';

/** Where a changeset is put: a {@link Remote}, or anything else that can do these two things. */
export type Target = Pick<Remote, 'transact' | 'read' | 'location' | 'maxRowBytes'>;

/** How {@link apply} ended: everything is there, or nothing was written. */
export type ApplyResult =
  | {
      readonly status: 'applied';
      /** Row changes that the other side had made already. */
      readonly alreadyThere: number;
      /** What the other side does not take, for people to read. */
      readonly notCarried: readonly string[];
      /** Transactions that it took: more than 1 when the other side had moved. */
      readonly attempts: number;
      /** The mark of the target from then on, where its answer told it. */
      readonly fingerprint: string | null | undefined;
    }
  | { readonly status: 'conflict'; readonly conflicts: readonly Conflict[] };

/** Told of each transaction before it is sent. */
export type OnSend = (plan: Plan) => void;

/** Transactions tried before giving up on a remote whose rows change faster than they can be read. */
const ATTEMPTS = 5;

/**
 * Makes a changeset happen on a target, all of it in one transaction or nothing. It is sent at once, with a guard behind
 * every statement; only when one of them fails are the rows concerned read, to tell what is there already from what is in
 * conflict. Throws the `REMOTE_*` codes and VALUE_TOO_LARGE.
 */
export async function apply(changeset: Changeset, target: Target, onSend?: OnSend): Promise<ApplyResult> {
  let remaining = new RemainingWork();
  for (let attempts = 1; attempts <= ATTEMPTS; attempts++) {
    const plan = planStatements(changeset, remaining, target.maxRowBytes);
    onSend?.(plan);
    const outcome = await target.transact(plan.statements);
    if (outcome.committed) {
      const notCarried = [...changeset.notCarried, ...(remaining.userVersion ? [] : ['user_version'])];
      const { fingerprint } = outcome;
      return { status: 'applied', alreadyThere: remaining.alreadyThere, notCarried, attempts, fingerprint };
    }
    const failed = plan.statements[outcome.failed];
    // Turso Cloud does not allow it to be set; everything else is worth carrying without it.
    const refusesUserVersion = failed?.sql.startsWith('PRAGMA user_version') === true;
    const userVersion = remaining.userVersion && !refusesUserVersion;
    const refusal = { changeset, remaining, message: outcome.message, table: failed?.batch?.table };
    const next = await target.read((query) => inspect(query, refusal, userVersion));
    if (next.conflicts.length > 0) return { status: 'conflict', conflicts: next.conflicts };
    if (next.work.isSameAs(remaining)) throw failure(outcome, target.location, changeset);
    remaining = next.work;
  }
  throw new TursoSyncError(
    'REMOTE_BUSY',
    `${target.location} changes faster than the push can be carried out.`,
    {
      hint: 'Nothing was changed. Run the command again.',
      retryable: true,
    },
  );
}

/** Finds out why a transaction failed: what is in conflict, or what of the work is there already. */
async function inspect(
  query: Query,
  refusal: Refusal & { readonly remaining: RemainingWork },
  userVersion: boolean,
): Promise<{ conflicts: readonly Conflict[]; work: RemainingWork }> {
  const { changeset, remaining } = refusal;
  const [row] = await query(
    'SELECT (SELECT encoding FROM pragma_encoding), (SELECT user_version FROM pragma_user_version)',
  );
  const [encoding, theirVersion] = row as [Encoding, bigint];
  const schema = await inspectSchema(query, changeset, encoding);
  const work = new RemainingWork(schema.done, userVersion);
  const version = changeset.userVersion;
  const definitions = [...schema.conflicts];
  if (version !== null && ![version.from, version.to].includes(Number(theirVersion))) {
    const message = `user_version was set to ${theirVersion} on the remote.`;
    definitions.push(conflictOf({ kind: 'schema', table: '', message }));
  }
  if (definitions.length > 0) return { conflicts: definitions, work };

  const conflicts: Conflict[] = [];
  for (const changes of changeset.tables) {
    if (schema.tables.has(changes.table.name)) {
      conflicts.push(...(await inspectRows(query, changes, encoding, (id, what) => work.rows.set(id, what))));
    } else {
      // Dropped already, with these rows; or still to be made, and then there are none.
      for (const change of changes.rows('delete')) work.rows.set(rowIdentity(changes, change), 'skip');
    }
  }
  conflicts.push(...(await inspectDrops(query, changeset, work)));
  if (conflicts.length > 0 || !work.isSameAs(remaining)) return { conflicts, work };
  return { conflicts: await inspectRules(query, refusal, encoding), work };
}

function failure(
  outcome: Extract<TransactionOutcome, { committed: false }>,
  location: string,
  changeset: Changeset,
): TursoSyncError {
  if (/TRANSACTION_TIMEOUT|BUSY|LOCKED/.test(outcome.code)) {
    return new TursoSyncError(
      'REMOTE_BUSY',
      `Another writer took over on ${location} before the push was through.`,
      {
        hint: 'Nothing was changed. Run the command again.',
        retryable: true,
      },
    );
  }
  if (/too big/i.test(outcome.message)) {
    const largest = describeLargest(changeset);
    return new TursoSyncError('VALUE_TOO_LARGE', `${location} refuses a value as too large. ${largest}.`, {
      hint: 'libSQL servers take rows of up to 5,000,000 bytes. Nothing was changed.',
    });
  }
  return new TursoSyncError(
    'REMOTE_FAILED',
    `${location} refused the push: ${outcome.message} (${outcome.code}).`,
    {
      hint: 'Nothing was changed.',
    },
  );
}
