import { TursoSyncError } from '../errors';
import type { Changeset, RowChange, SchemaChange, TableChanges } from '../changeset/model';
import type { TransactionOutcome } from '../local/statement';
import type { Encoding } from '../local/values';
import type { Query, Remote } from '../remote/remote';
import type { Conflict } from './conflict';
import { foundViolations } from './guards';
import { inspectRows, rowIdentity, type RowDecision } from './inspect-rows';
import { inspectSchema, schemaConflict } from './inspect-schema';
import { planStatements, type Plan, type Remaining } from './plan';

/** Where a changeset is put: a {@link Remote}, or anything else that can do these two things. */
export type Target = Pick<Remote, 'transact' | 'read' | 'location'>;

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
    }
  | { readonly status: 'conflict'; readonly conflicts: readonly Conflict[] };

/** Told of each transaction before it is sent. */
export type OnSend = (plan: Plan) => void;

/** Transactions tried before giving up on a remote whose rows change faster than they can be read. */
const ATTEMPTS = 5;

/**
 * Makes a changeset happen on a target, all of it in one transaction or nothing. It is sent at once, with a guard behind
 * every statement; only when one of them fails are the rows concerned read, to tell what is there already from what is in
 * conflict.
 */
export async function apply(changeset: Changeset, target: Target, onSend?: OnSend): Promise<ApplyResult> {
  let remaining = new RemainingWork();
  for (let attempts = 1; attempts <= ATTEMPTS; attempts++) {
    const plan = planStatements(changeset, remaining);
    onSend?.(plan);
    const outcome = await target.transact(plan.statements);
    if (outcome.committed) {
      const notCarried = [...changeset.notCarried, ...(remaining.userVersion ? [] : ['user_version'])];
      return { status: 'applied', alreadyThere: remaining.alreadyThere, notCarried, attempts };
    }
    const next = await target.read((query) =>
      inspect(query, changeset, refusesUserVersion(plan, outcome, remaining)),
    );
    if (next.conflicts.length > 0) return { status: 'conflict', conflicts: next.conflicts };
    if (next.work.isSameAs(remaining)) {
      const conflict = ruleConflict(outcome.message);
      if (conflict !== null) return { status: 'conflict', conflicts: conflict };
      throw failure(outcome, target.location);
    }
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

/** What of a changeset is still to be done. */
class RemainingWork implements Remaining {
  readonly rows = new Map<string, RowDecision>();
  readonly done: ReadonlySet<SchemaChange>;
  readonly userVersion: boolean;

  constructor(done: ReadonlySet<SchemaChange> = new Set(), userVersion = true) {
    this.done = done;
    this.userVersion = userVersion;
  }

  row(changes: TableChanges, change: RowChange): RowDecision | 'write' {
    return this.rows.size === 0 ? 'write' : (this.rows.get(rowIdentity(changes, change)) ?? 'write');
  }

  get alreadyThere(): number {
    return [...this.rows.values()].filter((d) => d === 'skip').length;
  }

  isSameAs(other: RemainingWork): boolean {
    return (
      this.userVersion === other.userVersion &&
      this.done.size === other.done.size &&
      this.rows.size === other.rows.size &&
      [...this.rows].every(([identity, decision]) => other.rows.get(identity) === decision)
    );
  }
}

async function inspect(
  query: Query,
  changeset: Changeset,
  userVersion: boolean,
): Promise<{ conflicts: Conflict[]; work: RemainingWork }> {
  const [row] = await query(
    'SELECT (SELECT encoding FROM pragma_encoding), (SELECT user_version FROM pragma_user_version)',
  );
  const [encoding, theirVersion] = row as [Encoding, bigint];
  const schema = await inspectSchema(query, changeset, encoding);
  const conflicts = [...schema.conflicts];
  const version = changeset.userVersion;
  if (version !== null && ![version.from, version.to].includes(Number(theirVersion))) {
    conflicts.push(schemaConflict('', `user_version was set to ${theirVersion} on the remote`));
  }
  const work = new RemainingWork(schema.done, userVersion);
  if (conflicts.length > 0) return { conflicts, work };
  for (const changes of changeset.tables) {
    if (!schema.tables.has(changes.table.name)) continue;
    const decide = (identity: string, decision: RowDecision): unknown => work.rows.set(identity, decision);
    conflicts.push(...(await inspectRows(query, changes, encoding, decide)));
  }
  return { conflicts, work };
}

// Turso Cloud does not allow it to be set; everything else is worth carrying without it.
function refusesUserVersion(plan: Plan, outcome: TransactionOutcome, remaining: RemainingWork): boolean {
  const failed = outcome.committed ? undefined : plan.statements[outcome.failed];
  const isRefused = failed?.sql.startsWith('PRAGMA user_version') === true;
  return remaining.userVersion && !isRefused;
}

/** Conflicts with what others have written, where it is the remote's rules that say so. */
function ruleConflict(message: string): Conflict[] | null {
  const orphans = foundViolations(message);
  const nothing = { columns: [], old: null, local: null, remote: null };
  if (orphans.length > 0) {
    return orphans.map(({ table, rowid, parent }) => ({
      kind: 'foreign key',
      table,
      key: rowid === null ? null : { rowid },
      ...nothing,
      message: `This row would refer to a row of "${parent}" that is not there.`,
    }));
  }
  const unique = /UNIQUE constraint failed: ([^\n]*)/.exec(message)?.[1];
  if (unique !== undefined)
    return [ruleBroken('unique', unique, 'Another row on the remote has this value already')];
  const check = /CHECK constraint failed: ([^\n]*)/.exec(message)?.[1];
  return check === undefined
    ? null
    : [ruleBroken('check', '', `A rule of the remote forbids a row: ${check}`)];
}

// SQLite names `table.column, table.column`, or an index over expressions as `index 'name'`.
function ruleBroken(kind: 'unique' | 'check', names: string, message: string): Conflict {
  const columns = names.startsWith('index ') ? [] : names.split(', ');
  const table = columns[0]?.split('.')[0] ?? '';
  const own = columns.map((c) => c.slice(table.length + 1)).filter((c) => c !== '');
  const where = names === '' ? '' : ` (${names})`;
  return {
    kind,
    table,
    key: null,
    columns: own,
    old: null,
    local: null,
    remote: null,
    message: `${message}${where}.`,
  };
}

function failure(
  outcome: Extract<TransactionOutcome, { committed: false }>,
  location: string,
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
    return new TursoSyncError('VALUE_TOO_LARGE', `${location} refuses a value: ${outcome.message}.`, {
      hint: 'libSQL servers take values of up to 5,000,000 bytes. Nothing was changed.',
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
