import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { DiffResult } from '../commands/diff';
import type { PullResult } from '../commands/pull';
import type { PushResult } from '../commands/push';
import type { PushEntry, UndoResult } from '../commands/undo';
import { verify, type VerifyOptions, type VerifyResult } from '../commands/verify';
import { TursoSyncError } from '../errors';
import { openPlan } from '../plan/open-plan';
import { planOfTable } from '../plan/plan-of-table';
import type { Project } from '../project/handle';
import type { ReportSource } from './source';

/** Returns the content for a report of a diff. If a table is named, it covers only that table. */
export function diffSource({ plan }: Pick<DiffResult, 'plan'>, table?: string): ReportSource {
  return {
    title: 'Changes that a push would carry',
    remote: plan.remote ?? '',
    plan: table === undefined ? plan : planOfTable(plan, table),
    conflicts: [],
  };
}

/** Returns the content for a report of a push: its changes, or the conflicts that stopped it. */
export function pushSource({ remote, plan, conflicts }: PushResult): ReportSource {
  const title = conflicts.length > 0 ? 'Conflicts of a push' : 'Changes of a push';
  return { title, remote: remote ?? '', plan, conflicts };
}

/** Returns the content for a report of a pull: the conflicts. */
export function pullSource({ remote, conflicts }: PullResult): ReportSource {
  return { title: 'Conflicts of a pull', remote: remote ?? '', plan: null, conflicts };
}

/** Returns the content for a report of an undo: its changes to the remote, or the conflicts that stopped it. */
export function undoSource({ remote, plan, conflicts }: UndoResult): ReportSource {
  const title = conflicts.length > 0 ? 'Conflicts of an undo' : 'Changes of an undo';
  return { title, remote: remote ?? '', plan, conflicts };
}

/** Returns the changes of a recorded push, by default the latest. Throws NOTHING_TO_UNDO and CHANGES_UNREADABLE. */
export function keptPushSource(kept: readonly PushEntry[], wanted?: number): ReportSource {
  const entry = kept.find(({ number, file }) => (wanted === undefined ? file !== null : number === wanted));
  if (entry?.file == null)
    throw new TursoSyncError(
      'NOTHING_TO_UNDO',
      `There is no record of ${wanted === undefined ? 'a push' : `push ${wanted}`}.`,
      {
        hint: '`turso-sync undo --list` shows the pushes that are kept.',
      },
    );
  const plan = openPlan(entry.file);
  return { title: `Push ${entry.number}`, remote: plan.remote ?? '', plan, conflicts: [] };
}

/**
 * Verifies, and passes the content of a report to `work`: the working copy's changes that the remote lacks. The rows
 * are readable until `work` has ended. Throws the errors of {@link verify} and `work`.
 */
export async function withVerified<T>(
  project: Project,
  options: Omit<VerifyOptions, 'save'>,
  work: (result: VerifyResult, source: ReportSource) => Promise<T>,
): Promise<T> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'turso-sync-'));
  try {
    const result = await verify(project, { ...options, save: path.join(directory, 'differences.json') });
    const title = 'What the remote lacks of the working copy';
    return await work(result, { title, remote: result.remote ?? '', plan: result.plan, conflicts: [] });
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}
