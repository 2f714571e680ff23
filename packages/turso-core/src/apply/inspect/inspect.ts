import { isDeepStrictEqual } from 'node:util';
import type { SchemaChange, TableChanges } from '../../changeset/model';
import { TursoSyncError } from '../../errors';
import type { Statement } from '../../sqlite/statement';
import type { Encoding } from '../../sqlite/values/values';
import type { Query } from '../../sqlite/query';
import type { Target } from '../target';
import type { Conflict } from '../conflict';
import { foundOrphans, type Orphans } from '../statements/foreign-key-guards';
import { schemaStatements } from '../statements/schema-statements';
import type { ConflictPolicy } from '../policy';
import { RemainingWork, THERE } from '../remaining-work';
import { alteredTable, alterationConflicts } from './alteration-conflicts';
import { findEarlierOrphans, orphansCaused, orphansOfPush } from './earlier-orphans';
import { inspectDrops } from './inspect-drops';
import { inspectRows } from './inspect-rows';
import { inspectRules, type Refusal } from './inspect-rules';
import { inspectSchema } from './inspect-schema';
import { inspectStored, shadowTables } from './inspect-stored';
import { asRewritten, resurrections, rewrittenRows, type IsRewritten } from './rewritten-rows';
import { rowIdentity } from './row-identity';
import { refusesUserVersion, userVersionConflict } from './user-version';
import { readHeader } from '../../sqlite/schema/read-header';

/** Why a transaction failed. */
export interface Failure extends Refusal {
  readonly remaining: RemainingWork;
}

/** What {@link inspect} has to know besides the failure. */
export interface InspectOptions {
  /** Whether user_version can be carried. */
  readonly userVersion: boolean;
  readonly policy: ConflictPolicy;
  /** See {@link ApplyOptions.movedRowids}. */
  readonly movedRowids: ReadonlySet<string> | undefined;
}

/** What was found out about a failure: what is in conflict, or what of the work is there already. */
export interface Findings {
  readonly conflicts: readonly Conflict[];
  readonly work: RemainingWork;
  /** Another `user_version` that the other side has, and that is among the conflicts. */
  readonly userVersion?: number;
}

/** What is known once definitions have been looked at. */
interface Known extends Findings {
  readonly encoding: Encoding;
  /** Names of the tables that are there when rows are written. */
  readonly tables: ReadonlySet<string>;
  /** See {@link findEarlierOrphans}. */
  readonly orphans: readonly Orphans[];
}

/**
 * Finds out why a transaction failed: what is in conflict, or what of the work is there already. Rows of tables whose
 * definitions change are looked at as they are after that, which is how they are written to.
 */
export async function inspect(
  target: Pick<Target, 'read'>,
  failure: Failure,
  options: InspectOptions,
): Promise<Findings> {
  const findings = await inspectAll(target, failure, options);
  const { userVersion } = findings;
  // Where nobody can set it, it is no one's change.
  const isRefused = userVersion !== undefined && (await refusesUserVersion(target, userVersion));
  return isRefused ? inspectAll(target, failure, { ...options, userVersion: false }) : findings;
}

async function inspectAll(
  target: Pick<Target, 'read'>,
  failure: Failure,
  options: InspectOptions,
): Promise<Findings> {
  const { changeset, remaining, failed } = failure;
  let known: Known | undefined;
  const findings = await target.read(async (query) => {
    known = await inspectBefore(query, failure, options);
    const isOver = known.conflicts.length > 0 || schemaStatements(changeset, known.work).isAltering;
    return isOver ? null : inspectAfter(query, failure, known, options);
  });
  if (findings !== null || known === undefined) return findings as Findings;
  const { conflicts, work } = known;
  if (conflicts.length > 0) return known;
  const after = schemaStatements(changeset, work).before;
  const altered = alteredTable(changeset, failed?.about);
  if (altered !== null && isSameSql(after, schemaStatements(changeset, remaining).before)) {
    return { conflicts: alterationConflicts(failure, altered), work: remaining };
  }
  const begun = known;
  try {
    return await target.read((query) => inspectAfter(query, failure, begun, options), { after });
  } catch (error) {
    if (!(error instanceof TursoSyncError && error.code === 'REMOTE_FAILED') || error.retryable) throw error;
    // A new definition is refused. The next transaction fails in the same way, and tells the statement.
    return { conflicts: [], work };
  }
}

async function inspectBefore(
  query: Query,
  { changeset, remaining, message: refused }: Failure,
  options: InspectOptions,
): Promise<Known> {
  const { policy, userVersion } = options;
  const { encoding, userVersion: theirVersion } = await readHeader(query);
  const schema = await inspectSchema(query, changeset, encoding);
  const work = new RemainingWork(schema, {
    userVersion,
    keptByRule: remaining.keptByRule,
    orphans: remaining.orphans,
  });
  const conflicts = [...schema.conflicts];
  const version = changeset.userVersion;
  const isOther = version !== null && ![version.from, version.to].includes(theirVersion);
  if (userVersion && isOther) {
    conflicts.push(userVersionConflict(version, theirVersion));
  }
  const altered = changeset.schema.filter((c) => c.action === 'alter').map((c) => c.object.name);
  const orphans = await findEarlierOrphans(query, changeset, foundOrphans(refused));
  const known = {
    conflicts,
    work,
    encoding,
    orphans,
    tables: new Set([...schema.tables, ...altered]),
    ...(userVersion && isOther ? { userVersion: theirVersion } : {}),
  };
  if (conflicts.length > 0) return known;
  const stored = shadowTables(changeset);
  for (const changes of changeset.tables.filter((t) => t.beforeSchema && !stored.has(t.table.name))) {
    if (isAtWork(changeset.schema, changes.table.name, schema.done)) {
      const rewritten = rewrittenRows(changeset, changes);
      conflicts.push(...(await inspectTable(query, changes, { encoding, work, rewritten }, options)));
      if (rewritten !== null && policy.onConflict !== 'write')
        conflicts.push(...resurrections(changes, rewritten, work));
    } else {
      // Dropped or altered already, without these rows.
      for (const change of changes.rows('delete')) work.rows.set(rowIdentity(changes, change), THERE);
    }
  }
  conflicts.push(...(await inspectStored(query, changeset, { encoding, schema, work })));
  conflicts.push(...(await inspectDrops(query, changeset, work)));
  return known;
}

/** Whether a table is still to be dropped or altered. */
function isAtWork(schema: readonly SchemaChange[], table: string, done: ReadonlySet<SchemaChange>): boolean {
  return schema.some((c) => {
    const object = c.action === 'alter' ? c.from : c.object;
    return c.action !== 'create' && object.type === 'table' && object.name === table && !done.has(c);
  });
}

async function inspectAfter(
  query: Query,
  failure: Failure,
  { work, encoding, tables, orphans: earlier }: Known,
  options: InspectOptions,
): Promise<Findings> {
  const conflicts: Conflict[] = [];
  const stored = shadowTables(failure.changeset);
  for (const changes of failure.changeset.tables.filter((t) => !t.beforeSchema)) {
    // In a table that is still to be made there are no rows.
    if (!tables.has(changes.table.name) || stored.has(changes.table.name)) continue;
    conflicts.push(...(await inspectTable(query, changes, { encoding, work }, options)));
  }
  for (const [identity, conflict] of failure.remaining.keptByRule) work.keep(identity, conflict);
  if (conflicts.length > 0 || !work.isSameAs(failure.remaining)) return { conflicts, work };
  const found = foundOrphans(failure.message);
  const own = await orphansOfPush(query, failure, earlier);
  const others = earlier.filter((o) => !own.has(o));
  work.knowOrphans(found, others);
  const orphans = orphansCaused(found, { earlier: others, known: failure.remaining.orphans });
  if (found.length > 0 && orphans.length === 0) return { conflicts, work };
  for (const { conflict, cause } of await inspectRules(query, failure, { encoding, orphans })) {
    if (options.policy.onConflict === 'keep' && cause !== null) work.keep(cause, conflict);
    else conflicts.push(conflict);
  }
  return { conflicts, work };
}

async function inspectTable(
  query: Query,
  changes: TableChanges,
  {
    encoding,
    work,
    rewritten = null,
  }: Pick<Known, 'encoding' | 'work'> & { readonly rewritten?: IsRewritten | null },
  { policy, movedRowids }: InspectOptions,
): Promise<Conflict[]> {
  const { name } = changes.table;
  const isMoved = movedRowids?.has(name) !== false;
  const told = (conflict: Conflict): Conflict =>
    rewritten === null ? conflict : asRewritten(conflict, rewritten);
  const conflicts = await inspectRows(query, changes, { encoding, policy, isMoved }, (identity, decision) => {
    const { conflict } = decision;
    work.rows.set(identity, conflict === null ? decision : { ...decision, conflict: told(conflict) });
    if (['appended', 'moved'].includes(decision.outcome)) work.movedRowids.add(name);
  });
  return conflicts.map(told);
}

function isSameSql(a: readonly Statement[], b: readonly Statement[]): boolean {
  const textOf = (statements: readonly Statement[]): unknown =>
    statements.map(({ sql, args }) => [sql, args]);
  return isDeepStrictEqual(textOf(a), textOf(b));
}
