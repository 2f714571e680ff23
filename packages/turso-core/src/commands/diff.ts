import type { Changeset } from '../changeset/model';
import { isEmpty, NO_CHANGES, summarize, type ChangeSummary } from '../changeset/summary';
import { readChecks } from '../checks/read-checks';
import { hasCode, TursoSyncError } from '../errors';
import { using, openReadOnly } from '../sqlite/files/open';
import { isExcluded } from '../sqlite/schema/exclude';
import { foldName } from '../sqlite/schema/fold-name';
import { readSchema } from '../sqlite/schema/schema';
import { isLocked } from '../project/state/lock';
import { nearest } from '../nearest';
import { keepPlan } from '../project/state/plans';
import { placeFile } from '../project/state/place-file';
import type { Project } from '../project/project';
import { readPushJournal } from '../project/state/push-journal';
import { withTemporary } from '../project/state/temporary';
import { changedRows } from './comparing/changed-rows';
import { requireBase, withComparison } from './comparing/compare';
import { billed, costOf, planFacts, verdictOn, warnOfFindings } from './comparing/plan-facts';
import { changesIn, writeChanges, type ChangeFiles } from './comparing/written-changes';
import { timed, type OnEvent, type VerbOptions } from '../events';
import { savedFor } from './sending/plan';
import { openPlan } from '../plan/open-plan';
import type { Plan, PlanRow } from '../plan/plan';
import { NOTHING_BROKEN } from '../policy/judge';
import { describePlan } from '../plan/write-plan';
import { verb } from './apart/verb';
import type { Own, VerbResult } from './verb-result';

/** Result of `diff`. */
export interface DiffResult extends VerbResult {
  /** `changed` if a push would send something, otherwise `unchanged`. Counts the same changes as {@link changes}. */
  readonly outcome: 'changed' | 'unchanged';
  /** All changes: counts, definitions, findings, and the rows as a stream. */
  readonly plan: Plan;
  /** The changes in numbers; with {@link DiffOptions.table}, only those of the table. */
  readonly changes: ChangeSummary;
  /** The files with the full changes. */
  readonly files: ChangeFiles;
  /** The file of the saved plan, or null if none was requested. */
  readonly savedTo: string | null;
  /** Changed rows, if requested. */
  readonly rows?: readonly PlanRow[];
}

/** Options of `diff`. */
export interface DiffOptions extends VerbOptions {
  /** Reports only this table. The files still hold all changes. */
  readonly table?: string;
  /** Returns up to this many changed rows of each table. Default is none. */
  readonly rows?: number;
  /** A file to save the changes to as a plan. `push` can then send exactly these. */
  readonly save?: string;
}

/**
 * Finds the changes a push would send, without contacting the remote. Writes them to `diff.sql` and `changes.json` in
 * the state folder.
 * Throws the `BASE_*` and `WORKING_COPY_*` codes, UNSUPPORTED_CHANGE and TABLE_NOT_FOUND.
 */
export const diff = verb<[options?: DiffOptions], DiffResult>('diff', diffWith);

async function diffWith(project: Project, options: DiffOptions): Promise<Own<DiffResult>> {
  const manifest = requireBase(project);
  warnOfCutOff(project, options.onEvent);
  return withTemporary(project.files.directory, (temporary) =>
    withComparison(
      project,
      temporary,
      async (comparison) => {
        const changeset = comparison?.changeset ?? NOTHING;
        const told = options.table === undefined ? changeset : onlyTable(project, changeset, options.table);
        const changes = comparison === null ? NO_CHANGES : summarize(told);
        const saved = options.save === undefined ? null : savedFor(project, changeset);
        const cost =
          comparison === null
            ? null
            : await timed(options.onEvent, 'estimate the cost', () =>
                costOf({ comparison, from: manifest }, { checks: checksOnRemote(project) }),
              );
        const verdict =
          comparison === null || cost === null
            ? NOTHING_BROKEN
            : verdictOn(project, comparison, {
                isPlan: options.save !== undefined,
                cost,
                onEvent: options.onEvent,
              });
        const plan = describePlan(changeset, {
          ...{ ...planFacts(project, manifest), saved, verdict },
          leftOut: comparison?.leftOut ?? [],
          cost: cost && billed(cost, manifest),
        });
        warnOfFindings(plan, options.onEvent);
        await timed(options.onEvent, 'write the changes', (onProgress) =>
          writeChanges(temporary, changeset, plan, onProgress),
        );
        const written = changesIn(temporary, project);
        if (saved !== null && saved.receipt !== null) keepPlan(project.files, saved.receipt, written.json);
        if (options.save !== undefined) placeFile(written.json, options.save);
        const rows = options.rows === undefined ? {} : { rows: changedRows(told, options.rows) };
        const files = written.publish();
        const { save: savedTo = null } = options;
        const outcome = isEmpty(changes) ? 'unchanged' : 'changed';
        return { outcome, plan: openPlan(savedTo ?? files.json), changes, files, savedTo, ...rows };
      },
      options.onEvent,
    ),
  );
}

/** Counts the checks a push runs on the remote. Unreadable checks count as one; the push reports their problem. */
function checksOnRemote({ checks }: Project): number {
  if (!checks.onRemote) return 0;
  try {
    return readChecks(checks).length;
  } catch (error) {
    if (hasCode(error, 'CHECK_INVALID')) return 1;
    throw error;
  }
}

function warnOfCutOff({ files }: Project, onEvent: OnEvent | undefined): void {
  const journal = readPushJournal(files);
  if (journal === null || isLocked(files.lock)) return;
  const message = `A push that began at ${journal.startedAt} was cut off. Should it have arrived, its changes are still listed here; the next push finds out.`;
  onEvent?.({ type: 'warning', message });
}

/** Reduces a changeset to one table. Compares names as SQL does. */
function onlyTable(project: Project, changeset: Changeset, name: string): Changeset {
  const base = using(openReadOnly(project.files.base.database), (db) => [...readSchema(db).tables.keys()]);
  if (isExcluded(name, project.exclude)) throw tableExcluded(name);
  const known = [...new Set([...base, ...changeset.knownTables])];
  const table =
    known.find((other) => other === name) ?? known.find((other) => foldName(other) === foldName(name));
  if (table === undefined) throw tableNotFound(name, known);
  return {
    ...changeset,
    schema: changeset.schema.filter((c) => c.object.table === table),
    tables: changeset.tables.filter((t) => t.table.name === table),
    sequences: changeset.sequences.filter((s) => s.table === table),
    userVersion: null,
    notCarried: [],
  };
}

function tableExcluded(name: string): TursoSyncError {
  return new TursoSyncError('TABLE_NOT_FOUND', `"exclude" in the config leaves out table "${name}".`, {
    hint: 'Take it out of "exclude" to see what has changed there.',
  });
}

function tableNotFound(name: string, known: readonly string[]): TursoSyncError {
  const close = nearest(name, known);
  return new TursoSyncError(
    'TABLE_NOT_FOUND',
    `Neither the base nor the working copy has a table "${name}".`,
    {
      hint:
        close === undefined
          ? 'Leave out --table to see every table that has changed.'
          : `Did you mean "${close}"?`,
    },
  );
}

const NOTHING: Changeset = {
  schema: [],
  tables: [],
  virtual: [],
  sequences: [],
  userVersion: null,
  notCarried: [],
  expects: [],
  foreignKeys: [],
  knownTables: [],
  renumbered: [],
};
