import path from 'node:path';
import { checksumQueries, sha3Query } from '../changeset/checksum';
import { withDiff } from '../changeset/diff';
import type { Changeset } from '../changeset/model';
import { isEmpty, NO_CHANGES, summarize, type ChangeSummary } from '../changeset/summary';
import { TursoSyncError } from '../errors';
import { openPlan } from '../plan/open-plan';
import type { Plan } from '../plan/plan';
import { describePlan, planText, type PlanFacts } from '../plan/write-plan';
import { placeFile } from '../project/state/place-file';
import { writePieces } from '../sqlite/files/write-file';
import { openReadOnly } from '../sqlite/files/open';
import { readSchema, type Schema } from '../sqlite/schema/schema';
import { readCarried } from '../sqlite/schema/read-objects';
import type { Query } from '../sqlite/query';
import type { Remote } from '../remote/remote';
import { soundManifest, type Manifest } from '../project/state/manifest';
import { freezeCopy } from '../project/working-copy/freeze-copy';
import type { Project } from '../project/project';
import { withTemporary } from '../project/state/temporary';
import { connectTo, type RemoteOptions } from '../project/connect-to';
import { timed, type Progress, type VerbOptions } from '../events';
import { withoutRefused } from './comparing/compare';
import { computedOtherwise, findComputedOtherwise, nameOf } from './comparing/computed-values';
import { download } from './fetching/download';
import { verb } from './apart/verb';
import type { Own, VerbResult } from './verb-result';
import { readHeader } from '../sqlite/schema/read-header';
import { onlyRow } from '../sqlite/unexpected-answer';
import type { Exclude } from '../sqlite/schema/exclude';
import { isCarried } from '../sqlite/schema/left-out';
import { exactProjection, exactRow } from '../sqlite/values/exact-projection';
import { quoteString } from '../sqlite/values/quote';
import { isCounted } from '../sqlite/schema/is-counted';

/** Options of `verify`. */
export interface VerifyOptions extends RemoteOptions, VerbOptions {
  /**
   * A file to save the differences to, as a plan for {@link openPlan}. The plan would make the remote equal to the
   * working copy.
   */
  readonly save?: string;
}

/** Result of `verify`. */
export interface VerifyResult extends VerbResult {
  /** `equal` if both hold the same, otherwise `different`. */
  readonly outcome: 'equal' | 'different';
  /** How the result was found: by checksums computed on the remote, or by a snapshot of it. */
  readonly method: 'checksums' | 'snapshot';
  /** The changes to make the remote equal to the working copy. */
  readonly differences: ChangeSummary;
  /** A difference no change can carry, in words; or null. */
  readonly other: string | null;
  /** The differences with their rows. Null if none were to be saved, or if there are none a plan can hold. */
  readonly plan: Plan | null;
}

/**
 * Checks whether the remote, in its present state, and the working copy hold the same. Compares rows to the bit,
 * definitions, counters, and stored values computed from rows.
 * Downloads nothing if the remote computes checksums and they are equal. Changes nothing.
 * Throws the `REMOTE_*` and `WORKING_COPY_*` codes.
 *
 * @example
 * ```ts
 * import { loadProject, verify } from 'turso-core';
 *
 * const { outcome, differences } = await verify(await loadProject());
 * ```
 */
export const verify = verb<[options?: VerifyOptions], VerifyResult>('verify', verifyWith);

async function verifyWith(project: Project, options: VerifyOptions): Promise<Own<VerifyResult>> {
  const { onEvent } = options;
  const remote = connectTo(project, options);
  try {
    return await withTemporary(project.files.directory, async (temporary) => {
      const [frozen, copy] = ['frozen.db', 'remote.db'].map((name) => path.join(temporary, name)) as [
        string,
        string,
      ];
      await freezeCopy(project, frozen, { onEvent });
      const base = soundManifest(project.files.base);
      const result: Own<VerifyResult> = (await timed(onEvent, 'compare checksums', (onProgress) =>
        haveSameChecksums(remote, frozen, { base, exclude: project.exclude, onProgress }),
      ))
        ? { outcome: 'equal', method: 'checksums', differences: NO_CHANGES, other: null, plan: null }
        : { method: 'snapshot', ...(await compareWithCopy()) };
      const computed =
        result.outcome === 'equal'
          ? await timed(onEvent, 'compare computed values', () => findComputedOtherwise(remote, frozen))
          : [];
      return computed.length === 0
        ? result
        : { ...result, outcome: 'different', other: computedOtherwise([...new Set(computed.map(nameOf))]) };

      async function compareWithCopy(): Promise<Compared> {
        await download(remote, copy, { onEvent }, null);
        const { location } = project.address();
        const facts = {
          remote: location,
          createdAt: new Date().toISOString(),
          environment: project.environment,
          base: null,
        };
        return compare(
          { remote: copy, local: frozen, base },
          options.save === undefined ? null : { facts, file: options.save, temporary },
        );
      }
    });
  } finally {
    await remote.close();
  }
}

/** A result without its method. */
type Compared = Omit<Own<VerifyResult>, 'method'>;

/** Two databases. Differences caused by the server of the remote do not count. */
interface Sides {
  readonly remote: string;
  readonly local: string;
  readonly base: Manifest | null;
}

/** The file for the differences, and the other facts in the plan. */
interface Saving {
  readonly facts: PlanFacts;
  readonly file: string;
  readonly temporary: string;
}

async function compare({ remote, local, base }: Sides, saving: Saving | null): Promise<Compared> {
  try {
    return await withDiff(remote, local, async (changeset) => {
      const differing = withoutRefused(changeset, base);
      const differences = summarize(differing);
      const isEqual = isEmpty(differences);
      const plan = isEqual || saving === null ? null : await save(differing, saving);
      return { outcome: isEqual ? 'equal' : 'different', differences, other: null, plan };
    });
  } catch (error) {
    if (!(error instanceof TursoSyncError && error.code === 'UNSUPPORTED_CHANGE')) throw error;
    return { outcome: 'different', differences: NO_CHANGES, other: error.message, plan: null };
  }
}

async function save(changeset: Changeset, { facts, file, temporary }: Saving): Promise<Plan> {
  const written = path.join(temporary, 'differences.json');
  await writePieces(written, planText(describePlan(changeset, facts), changeset));
  placeFile(written, file);
  return openPlan(file);
}

/** Known facts for a comparison. */
interface Known {
  readonly base: Manifest | null;
  readonly exclude: Exclude;
}

interface ChecksumOptions extends Known {
  readonly onProgress: (progress: Progress) => void;
}

/** Checks whether everything is equal by the remote's own checksums. False also if the remote cannot compute them. */
async function haveSameChecksums(
  remote: Remote,
  local: string,
  { onProgress, ...known }: ChecksumOptions,
): Promise<boolean> {
  const db = openReadOnly(local);
  try {
    const schema = readSchema(db);
    const queries = checksumQueries(db, schema);
    if (queries === null) return false;
    // Saves the work below if the definitions already differ.
    if (!(await remote.read((query) => haveSameDefinitions(query, schema, known)))) return false;
    if ([...schema.tables.values()].some(isCounted))
      queries.push(await remote.read((query) => sequencesOn(query, known)));
    // Computed before the remote is asked. This may take minutes, and a server ends a transaction after some idle
    // seconds.
    let done = 0;
    const tell = (): void => onProgress({ done: done++, total: 2 * queries.length, unit: 'checksums' });
    const checksums = queries.map((sql) => {
      tell();
      return { sql, digest: sha3Query(db, sql) };
    });
    return await remote.read(async (query) => {
      if (!(await haveSameDefinitions(query, schema, known))) return false;
      for (const { sql, digest } of checksums) {
        tell();
        const theirs = await remote.attempt('sha3', () =>
          query('SELECT lower(hex(sha3_query(?, 256)))', [sql]),
        );
        if (theirs === null || onlyRow(theirs)[0] !== digest) return false;
      }
      tell();
      return true;
    });
  } catch (error) {
    // For example, a proxy does not wait for a slow query of the server. A snapshot decides then.
    if (
      error instanceof TursoSyncError &&
      ['REMOTE_FAILED', 'REMOTE_READ_ONLY', 'REMOTE_BLOCKED'].includes(error.code)
    )
      return false;
    throw error;
  } finally {
    db.close();
  }
}

/** Returns the query for the counters of AUTOINCREMENT tables, without excluded tables on the remote. */
async function sequencesOn(query: Query, { exclude }: Known): Promise<string> {
  const counters = 'SELECT name, seq FROM sqlite_sequence';
  if (exclude.length === 0) return `${counters} WHERE ${isCarried('name')} ORDER BY name`;
  const { encoding } = await readHeader(query);
  const { leftOut } = await readCarried(query, encoding, exclude);
  const rows = await query(`SELECT ${exactProjection(['name'])} FROM sqlite_sequence`);
  const names = rows.map((row) => exactRow(row, encoding)[0]).filter((name) => typeof name === 'string');
  const excluded = names.filter((name) => leftOut.has(name)).map(quoteString);
  return `${counters} WHERE ${isCarried('name')} AND name NOT IN (${excluded.join(', ')}) ORDER BY name`;
}

async function haveSameDefinitions(query: Query, schema: Schema, { base, exclude }: Known): Promise<boolean> {
  const { encoding, userVersion } = await readHeader(query);
  const isSameVersion = base?.userVersionStaysLocal === true || userVersion === schema.userVersion;
  if (encoding !== schema.encoding || !isSameVersion) return false;
  const text = (objects: Schema['objects']): string =>
    JSON.stringify(objects.map(({ type, name, table, sql }) => [type, name, table, sql]).sort());
  const { objects } = await readCarried(query, encoding, exclude);
  return text(objects) === text(schema.objects);
}
